import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Finding } from '../../common/finding.ts';
import { configFromYaml, defaultFileName } from '../../config/load.ts';
import { siteOf, sourceOf } from '../../config/lookup.ts';
import type { Config } from '../../config/types.ts';
import type { SetupPlan, SetupStep } from '../../rules/setup/setup-step.ts';
import type { StandingConfig } from '../../setup/config-file.ts';
import type { Answers } from '../../setup/settings.ts';
import type { SourceSetup } from '../../setup/source-setup.ts';
import type { Printer } from './cli-context.ts';
import { reportOf, reportText } from './doctor/report.ts';
import { actOn } from './init-act.ts';
import {
  type Asked,
  gatherPolicy,
  gatherSecurityRules,
  gatherSites,
  gatherStreams,
  presentPolicy,
} from './init-answers.ts';
import { createAsker } from './init-asker.ts';
import { givenSites, type InitOptions } from './init-options.ts';
import { openSource } from './init-source.ts';
import { quietLogger } from './quiet-logger.ts';

/** The JSON of `waybill init --json`. Fields are added to it, never renamed or removed. */
export interface InitReport {
  readonly source: string;
  readonly dryRun: boolean;
  readonly findings: readonly Finding[];
  readonly plan: SetupPlan;
  /** The steps of the plan that were done. */
  readonly done: readonly SetupStep[];
  readonly configuration: {
    readonly file: string;
    /** Lines that differ, marked with `-` and `+`. */
    readonly lines: readonly string[];
    readonly became: 'written' | 'unchanged';
  };
}

/** What a run works with. */
export interface InitRun {
  readonly printer: Printer;
  readonly asked: Asked;
  /** The configuration. */
  readonly file: string;
  readonly standing: StandingConfig | undefined;
}

/** What is to be done, and where. */
export interface InitPlan {
  readonly source: string;
  readonly setup: SourceSetup;
  readonly plan: SetupPlan;
  readonly findings: readonly Finding[];
  /** The text that the configuration is to have. */
  readonly text: string;
}

/**
 * Finds out what is to be set up, tests the sites, shows the plan and, after a yes, carries it out. Safe to repeat: what is
 * there stays, and after a failure it goes on where it was.
 * @throws WAYBILL_SETUP_…, WAYBILL_CONFIG_INVALID, WAYBILL_CLI_NOT_CONFIRMED, and what a call of a site throws
 */
export async function runInit(printer: Printer, options: InitOptions): Promise<void> {
  const file = path.resolve(options.config ?? defaultFileName);
  const folder = path.dirname(file);
  const { readStandingConfig } = await import('../../setup/config-file.ts');
  const standing = await readStandingConfig(file);
  const asker = createAsker(options.yes ?? false);
  const asked = { asker, options, given: givenSites(options, folder), standing: standing?.config, folder };
  const run: InitRun = { printer, asked, file, standing };
  const sites = await gatherSites(asked);
  const source = sites.source.alias;
  const draft = await configOf(run, { ...sites, ...presentPolicy(asked, source) });
  const { findings, streams } = await testSites(run, draft.config, [
    source,
    ...sites.targets.map(({ alias }) => alias),
  ]);
  const setup = await openSource({ site: siteOf(draft.config, source), config: draft.config, configFile: file });
  try {
    const { stream } = sourceOf(draft.config, source).properties;
    const chosen = await gatherStreams(asked, streams, await setup.choicesOf(stream));
    const policy = await gatherPolicy(asked, source);
    const securityRules = await gatherSecurityRules(asked, source);
    const { text, config } = await configOf(run, { ...sites, ...policy });
    const { wantedSetup } = await import('../../setup/wanted.ts');
    const wanted = wantedSetup(config, sourceOf(config, source), { streams: chosen, securityRules });
    await actOn(run, { source, setup, findings, text, plan: await setup.plan(wanted) });
  } finally {
    await setup.close();
  }
}

/** The configuration that answers make, as text and read; nothing is written. @throws WAYBILL_CONFIG_INVALID */
async function configOf({ standing, file }: InitRun, answers: Answers): Promise<{ text: string; config: Config }> {
  const { configText } = await import('../../setup/config-file.ts');
  const folder = path.dirname(file);
  const text = configText(standing, answers, folder);
  return { text, config: configFromYaml(text, folder) };
}

interface Tested {
  readonly findings: readonly Finding[];
  /** Names of the streams at the targets, each once. */
  readonly streams: readonly string[];
}

/** Looks at the sites and tells what was found. @throws WAYBILL_SETUP_SITES_UNFIT */
async function testSites({ printer }: InitRun, config: Config, sites: readonly string[]): Promise<Tested> {
  const { lookAtSites } = await import('../../setup/look-at-sites.ts');
  const { clock } = printer;
  const day = (utc: string): string => `${clock.moment(utc)} (${clock.zone})`;
  const look = await lookAtSites(config, { sites, logger: quietLogger, day });
  const { findings } = reportOf(look.findings);
  if (!printer.json) printer.print(`${siteText(printer, findings)}\n`);
  const broken = findings.filter(({ verdict }) => verdict === 'broken');
  const [first] = broken;
  if (first) {
    const subjects = [...new Set(broken.map(({ subject }) => subject))].join(', ');
    const more = broken.length > 1 ? ` (and ${broken.length - 1} more, see above)` : '';
    const facts = { sites: subjects, what: `${first.what}${more}`, advice: first.remedy };
    throw waybillError('WAYBILL_SETUP_SITES_UNFIT', facts);
  }
  const [, ...targets] = sites;
  const streams = targets.flatMap((alias) => look.streams[alias] ?? []);
  return { findings, streams: [...new Set(streams)].toSorted((a, b) => a.localeCompare(b)) };
}

/** A site at which all is well takes a line; of another one everything that is not. */
function siteText(printer: Printer, findings: readonly Finding[]): string {
  const faults = findings.filter(({ verdict }) => verdict !== 'ok');
  const subjects = [...new Set(findings.map(({ subject }) => subject))];
  const sound = subjects.filter((subject) => !faults.some((one) => one.subject === subject));
  return [
    ...sound.map(
      (subject) =>
        `${printer.paint.green('ok')}  ${subject}: its certificates, the way to it, its account and its streams`,
    ),
    ...(faults.length > 0 ? [reportText(printer, reportOf(faults))] : []),
  ].join('\n');
}
