import type { Command } from 'commander';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { plain } from '../../views/plain.ts';
import { type FoundWork, lookForWork, rebuild, type Rebuilt } from './rebuild.ts';
import { withTemporal } from '../../temporal/send-order.ts';
import { table } from './table.ts';

/** Some open promotion cannot be started: its source site is not configured any more. */
const LEFT_OUT = 1;

/** The JSON of `waybill rebuild --json`. Fields are added to it, never renamed or removed. */
export interface RebuildReport extends Rebuilt {
  readonly dryRun: boolean;
}

/** Adds `waybill rebuild`: a Temporal service that has lost what it held gets it back from the ledger. */
export function addRebuildCommand(program: Command): void {
  const command = program
    .command('rebuild')
    .description('give a Temporal service that lost its database back what the ledger holds open')
    .option('--dry-run', 'say what is missing in Temporal, and do nothing')
    .addHelpText(
      'after',
      `
Makes namespace, search attributes and Schedules, and starts the watch of each source site and the promotion of every
app that waits or is being promoted by the ledger. What runs already is left alone, and what has ended stays ended.
A worker does the same by itself when it finds a site without a watch. Safe to repeat.`,
    )
    .action((_options: unknown, command: Command) => runRebuild(command));
  withCommonOptions(command, ['rebuild --dry-run', 'rebuild', 'rebuild --json']);
}

async function runRebuild(command: Command): Promise<void> {
  const { dryRun = false } = command.optsWithGlobals<{ dryRun?: boolean }>();
  await withCli(command, (cli) =>
    withTemporal(cli, async (temporal) => {
      const found = await lookForWork(cli, temporal);
      const rebuilt = dryRun ? found : await rebuild(cli, temporal, found);
      const report: RebuildReport = { dryRun, ...rebuilt };
      if (cli.json) cli.printJson(report);
      else cli.print(reportText(cli, report));
      if (report.promotions.some(({ state }) => state === 'no source')) process.exitCode = LEFT_OUT;
    }),
  );
}

function reportText(cli: Cli, report: RebuildReport): string {
  const { dryRun, address, namespace, promotions, unsentMails } = report;
  const parts = [
    cli.paint.bold(`Temporal at ${address}, namespace ${namespace}`),
    ...lackingLines(report),
    ...report.watches.map(({ site, state }) => `  watch of ${site}: ${watchWords[state]}`),
    '',
    promotionsText(cli, promotions),
    ...(unsentMails > 0 ? [`${unsentMails} mails are not sent yet; the worker goes on with them.`] : []),
    dryRun ? 'Nothing was done.' : 'A worker does the rest. Look with: waybill list',
  ];
  return parts.join('\n');
}

const watchWords = { runs: 'runs', missing: 'missing', started: 'started' } as const;

function lackingLines({ lacking, dryRun }: RebuildReport): string[] {
  const what = [
    ...(lacking.namespace ? [] : ['the namespace']),
    ...lacking.searchAttributes.map((name) => `search attribute ${name}`),
    ...lacking.schedules.map((id) => `Schedule ${id}`),
  ];
  if (what.length === 0) return ['  namespace, search attributes and Schedules are there'];
  return [`  ${dryRun ? 'missing' : 'was missing and is made'}: ${what.join(', ')}`];
}

const stateWords = {
  runs: 'runs',
  missing: 'does not run',
  started: 'started',
  'no source': 'its site is no source any more; put it back into `sources`, or end it there',
} as const;

function promotionsText(cli: Cli, promotions: readonly FoundWork[]): string {
  const others = promotions.filter(({ state }) => state !== 'runs');
  const running = promotions.length - others.length;
  const title = `Open in the ledger: ${promotions.length} apps; ${running} of them run in Temporal.`;
  if (others.length === 0) return title;
  const rows = others.map(({ appName, site, promotionKeys, state, appId }) => ({
    cells: [
      cli.paint.bold(plain(appName)),
      site,
      promotionKeys.join(', ') || 'waits for a decision',
      stateWords[state],
      cli.paint.dim(appId),
    ],
  }));
  return `${title}\n${table(cli, ['APP', 'SITE', 'PROMOTION', '', 'ID'], rows)}`;
}
