import type { Command } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { sourceOf } from '../../config/lookup.ts';
import { askYes } from './ask-yes.ts';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { plain, sameName } from '../../views/plain.ts';
import { targetText } from '../../views/record-line.ts';
import { dismiss, takeUp } from './settle-standing.ts';
import { type StandingDecision, standingDecisions } from './standing-decisions.ts';
import { table } from './table.ts';

interface AdoptOptions {
  readonly all?: boolean;
  readonly dismiss?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** The JSON of `waybill adopt --json`. Fields are added to it, never renamed or removed. */
export interface AdoptReport {
  readonly site: string;
  readonly dryRun: boolean;
  /** Everything that stood and was neither taken up nor dismissed before this call. */
  readonly standing: readonly StandingDecision[];
  /** Ids of the apps that were taken up, or would be. */
  readonly adopted: readonly string[];
  /** Ids of the apps whose decision was dismissed, or would be. */
  readonly dismissed: readonly string[];
}

/**
 * Adds `waybill adopt`: nothing older than the first start, and nothing that a restored ledger has forgotten, is acted on
 * unless somebody takes it up.
 */
export function addAdoptCommand(program: Command): void {
  const command = program
    .command('adopt')
    .description(
      'list decisions that are older than the first start, or than a restore of the ledger; take them up, or dismiss them',
    )
    .argument('<site>', 'the source site')
    .argument('[app...]', 'names or ids of the apps whose decision is meant; none: only list')
    .option('--all', 'every one')
    .option('--dismiss', 'have them count as carried out, in place of taking them up')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('-y, --yes', 'do not ask')
    .action((site: string, apps: string[], _options: unknown, command: Command) => adopt(command, site, apps));
  withCommonOptions(command, [
    'adopt dev',
    'adopt dev "Sales Overview"',
    'adopt dev --all --dry-run',
    'adopt dev "Sales Overview" --dismiss',
  ]);
}

async function adopt(command: Command, site: string, names: readonly string[]): Promise<void> {
  const {
    all = false,
    dismiss: dismisses = false,
    dryRun = false,
    yes = false,
  } = command.optsWithGlobals<AdoptOptions>();
  await withCli(command, async (cli) => {
    sourceOf(cli.config, site);
    const standing = await standingDecisions(cli, site);
    const meant = all ? standing : names.flatMap((name) => meantBy(name, standing));
    if (!cli.json) cli.print(listText(cli, site, standing));
    const acts = meant.length > 0 && !dryRun;
    if (acts) {
      await askYes(`${dismisses ? 'Dismiss' : 'Take up'} ${meant.map(nameOf).join(', ')}?`, yes);
      await (dismisses ? dismiss : takeUp)(cli, site, meant);
    }
    report(cli, { site, standing, meant, dismisses, dryRun });
  });
}

function meantBy(name: string, standing: readonly StandingDecision[]): StandingDecision[] {
  const found = standing.filter((one) => sameName(one.appId, name) || sameName(one.appName ?? '', name));
  if (found.length === 0) {
    throw waybillError('WAYBILL_CLI_NOT_FOUND', {
      what: name,
      hint: ' with a decision that waits to be taken up.',
    });
  }
  if (found.length === 1) return found;
  const choices = found.map((one) => `  ${one.appId}  ${nameOf(one)}  owner ${plain(one.owner ?? 'not known')}`);
  throw waybillError('WAYBILL_CLI_AMBIGUOUS', { what: name, count: found.length, choices: choices.join('\n') });
}

function listText(cli: Cli, site: string, standing: readonly StandingDecision[]): string {
  if (standing.length === 0) return `No decision of ${site} waits to be taken up.`;
  const rows = standing.map((one) => ({
    cells: [
      cli.paint.bold(nameOf(one)),
      one.verdict,
      plain(one.decidedBy ?? '–'),
      one.decidedAtUtc ? cli.clock.moment(one.decidedAtUtc) : '–',
      one.targets.map((target) => targetText(target)).join('; ') || '–',
      cli.paint.dim(one.appId),
    ],
    below: traceOf(one),
  }));
  const title = cli.paint.bold(`Decisions of ${site} that nobody acts on until they are taken up (${standing.length})`);
  return `${title}\n${table(cli, ['APP', 'DECISION', 'BY', 'AT', 'TARGETS', 'ID'], rows)}`;
}

/** What is known of a decision that a restored ledger has forgotten. */
function traceOf({ since, delivered }: StandingDecision): string[] {
  if (since === 'first-start') return [];
  const found = Object.entries(delivered ?? {}).map(([target, state]) => `${target} ${state}`);
  const trace = found.length > 0 ? `Temporal knows: ${found.join(', ')}` : 'Temporal knows nothing of it';
  return [`older than the restore of the ledger, which does not know it; ${trace}`];
}

function nameOf({ appName, appId }: StandingDecision): string {
  return appName ? plain(appName) : appId;
}

interface Settled {
  readonly site: string;
  readonly standing: readonly StandingDecision[];
  readonly meant: readonly StandingDecision[];
  readonly dismisses: boolean;
  readonly dryRun: boolean;
}

function report(cli: Cli, { site, standing, meant, dismisses, dryRun }: Settled): void {
  if (cli.json) {
    const ids = meant.map(({ appId }) => appId);
    const document: AdoptReport = {
      site,
      dryRun,
      standing,
      adopted: dismisses ? [] : ids,
      dismissed: dismisses ? ids : [],
    };
    cli.printJson(document);
    return;
  }
  const names = meant.map(nameOf).join(', ');
  const done = dismisses ? 'dismissed' : 'taken up';
  if (meant.length === 0 && standing.length > 0) cli.print('Nothing was done. Name apps, or add --all.');
  else if (meant.length > 0 && dryRun) cli.print(`Would be ${done}: ${names}. Nothing was done.`);
  else if (meant.length > 0) cli.print(`${dismisses ? 'Dismissed' : 'Taken up'}: ${names}. Look with: waybill list`);
}
