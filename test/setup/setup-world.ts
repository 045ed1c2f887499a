import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { timeoutsSection } from '../../config/sections/timing.ts';
import { proposedRules, ruleProperties } from '../../rules/setup/security-rules.ts';
import type { SetupStep, WantedSetup } from '../../rules/setup/setup-step.ts';
import type { QrsSite } from '../../sandbox/qrs/site.ts';
import { startQrsSite } from '../../sandbox/qrs/start-site.ts';
import { openSourceSetup, type SourceSetup } from '../../setup/source-setup.ts';

/** A source site as it was installed, and the record of what is set up there. */
export interface SetupWorld {
  readonly site: QrsSite;
  readonly recordFile: string;
  /** A run of a new process: the record is read anew. */
  run<T>(work: (setup: SourceSetup) => Promise<T>): Promise<T>;
  /** Plans and does all that is wanted; the steps that were done. */
  setUp(wanted?: WantedSetup): Promise<SetupStep[]>;
  /** Plans and does an undo. */
  undo(force?: boolean): Promise<void>;
  /** Custom properties, tags and security rules by what they say, without ids and dates. */
  content(): unknown;
  close(): Promise<void>;
}

/** A custom property, a tag, and all about security rules. */
export const everything: WantedSetup = {
  properties: [
    { name: 'PromoteToStream', choiceValues: ['Sales'], objectTypes: ['App'], description: 'x', forRules: false },
    { name: 'Standing', choiceValues: ['new'], objectTypes: ['App', 'Stream'], description: 'x', forRules: false },
    ...ruleProperties,
  ],
  tags: ['PromoteOnReload'],
  securityRules: true,
};

/** Writes that `everything` takes where `Standing` stands: two properties and those of the rules, tag, rules, disablings. */
export const writesOfEverything = 2 + ruleProperties.length + 1 + proposedRules.length + 2;

/** All sites of a test file show the same certificates, as making them takes longest. */
const certificatesFolder = mkdtempSync(path.join(tmpdir(), 'waybill-setup-certificates-'));

/** Starts a site on which the custom property `Standing` has the value `old`. */
export async function startSetupWorld(): Promise<SetupWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-setup-'));
  const site = await startQrsSite({ alias: 'dev', folder: path.join(folder, 'site'), certificatesFolder });
  site.actAs.createProperty('Standing', ['old']);
  site.actAs.createUser({ directory: 'COMPANY', id: 'anna' });
  const recordFile = path.join(folder, 'waybill-init.json');
  const settings = {
    hosts: [site.host],
    port: site.port,
    certificates: site.certificatesFolder,
    user: { directory: 'INTERNAL', id: 'sa_api' },
  };
  const world: SetupWorld = {
    site,
    recordFile,
    async run(work) {
      const setup = await openSourceSetup({
        alias: 'dev',
        site: settings,
        recorded: { alias: 'dev', ...settings },
        timeouts: timeoutsSection.parse({}),
        pace: { looks: 4, lookAfterMs: 400 },
        recordFile,
      });
      try {
        return await work(setup);
      } finally {
        await setup.close();
      }
    },
    setUp: (wanted = everything) =>
      world.run(async (setup) => {
        const done: SetupStep[] = [];
        const { steps, ruleSteps } = await setup.plan(wanted);
        await setup.carryOut([...steps, ...ruleSteps], (step) => done.push(step));
        return done;
      }),
    undo: (force = false) => world.run(async (setup) => setup.takeBack(await setup.planUndo(force), () => undefined)),
    content: () => contentOf(site),
    async close() {
      await site.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return world;
}

function contentOf(site: QrsSite): unknown {
  const lines = (['CustomPropertyDefinition', 'Tag', 'SystemRule'] as const).flatMap((kind) =>
    site
      .entities(kind)
      .map(({ name, choiceValues, objectTypes, rule, resourceFilter, actions, disabled }) =>
        JSON.stringify({ kind, name, choiceValues, objectTypes, rule, resourceFilter, actions, disabled }),
      ),
  );
  return lines.toSorted();
}
