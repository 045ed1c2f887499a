import { type Command, InvalidArgumentError } from 'commander';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { ordersFor } from './orders-text.ts';
import { allParts, type ListedPromotion, type Overview, type Part, readOverview } from '../../views/overview.ts';
import { pausedText } from './paused-text.ts';
import { plain } from '../../views/plain.ts';
import { stateText } from './state-text.ts';
import { NOTHING_DELIVERED } from '../../views/state-tone.ts';
import { table } from './table.ts';

interface ListOptions extends Partial<Record<Part, boolean>> {
  readonly site?: string;
  readonly text?: string;
  readonly limit: number;
}

const titles: Readonly<Record<Part, string>> = {
  waiting: 'Waiting for a decision',
  stuck: 'Stuck',
  running: 'Running',
  ended: 'Ended',
};

/** Adds `waybill list`: what waits, is stuck, runs and has ended, from the ledger alone. */
export function addListCommand(program: Command): void {
  const command = program
    .command('list')
    .description('show what waits for a decision, what is stuck and why, what runs and what has ended')
    .option('--waiting', 'only what waits for a decision')
    .option('--stuck', 'only what is stuck, with the cause and what can be done')
    .option('--running', 'only what runs')
    .option('--ended', 'only what has ended')
    .option('--site <alias>', 'only apps of this source site')
    .option('--text <text>', 'only where app, owner, id or key contains this')
    .option('--limit <number>', 'entries of each part', positive, 20)
    .action((_options: unknown, command: Command) => list(command));
  withCommonOptions(command, ['list', 'list --waiting --site dev', 'list --stuck', 'list --ended --text sales --json']);
}

async function list(command: Command): Promise<void> {
  const { site, text, limit, ...chosen } = command.optsWithGlobals<ListOptions>();
  const named = allParts.filter((part) => chosen[part]);
  const parts = named.length > 0 ? named : allParts;
  await withCli(command, async (cli) => {
    const overview = await readOverview(cli.ledger, { parts, site, text, limit });
    if (cli.json) cli.printJson(overview);
    else cli.print(overviewText(cli, overview));
  });
}

function overviewText(cli: Cli, overview: Overview): string {
  const sections = [
    ...(overview.paused.length > 0 ? [pausedText(cli, overview.paused)] : []),
    ...(overview.waiting ? [section(cli, 'waiting', overview, waitingTable(cli, overview.waiting))] : []),
    ...(overview.stuck ? [section(cli, 'stuck', overview, stuckTexts(cli, overview.stuck))] : []),
    ...(overview.running ? [section(cli, 'running', overview, runningTable(cli, overview.running))] : []),
    ...(overview.ended ? [section(cli, 'ended', overview, endedTable(cli, overview.ended))] : []),
  ];
  return [...sections, cli.paint.dim(`Times are those of ${cli.clock.zone}.`)].join('\n\n');
}

function section({ paint }: Cli, part: Part, overview: Overview, body: string): string {
  const count = overview[part]?.length ?? 0;
  if (count === 0) return `${paint.bold(titles[part])}: nothing`;
  const more = overview.more.includes(part) ? `\n  ${paint.dim('… and more; see --limit')}` : '';
  return `${paint.bold(`${titles[part]} (${count})`)}\n${body}${more}`;
}

function waitingTable(cli: Cli, rows: NonNullable<Overview['waiting']>): string {
  return table(
    cli,
    ['APP', 'OWNER', 'STREAM', 'SITE', 'WAITING SINCE', '', 'ID'],
    rows.map((row) => ({
      cells: [
        cli.paint.bold(plain(row.appName)),
        plain(row.owner),
        plain(row.stream ?? '–'),
        row.site,
        ...when(cli, row.waitingSinceUtc),
        cli.paint.dim(row.appId),
      ],
      below: row.missing.map((text) => cli.paint.yellow(plain(text))),
    })),
  );
}

/** A cause is a sentence and wants a line of its own; so each stuck step is a paragraph. */
function stuckTexts({ paint, clock }: Cli, rows: NonNullable<Overview['stuck']>): string {
  const paragraphs = rows.map((row) => {
    const where = row.target === null ? `on ${row.site}` : `to ${row.target}`;
    const since = `since ${clock.moment(row.sinceUtc)} (${clock.ago(row.sinceUtc)})`;
    return [
      `  ${paint.bold(plain(row.appName))} ${where}: ${paint.red(`stuck at "${row.step}"`)} ${since}`,
      `    ${plain(row.message)} ${paint.dim(row.code)}`,
      ...(row.willRetry ? [`    ${paint.dim('It goes on being tried.')}`] : []),
      ...ordersFor(row.promotionKey, row.target ?? undefined, row.choices).map((order) => `    ${order}`),
    ].join('\n');
  });
  return paragraphs.join('\n\n');
}

function runningTable(cli: Cli, rows: readonly ListedPromotion[]): string {
  return table(
    cli,
    ['APP', 'SITE', 'STATE', 'TARGETS', 'DECIDED BY', 'BEGUN', '', 'PROMOTION'],
    rows.map((row) => ({ cells: promotionCells(cli, row, row.startedAtUtc) })),
  );
}

function endedTable(cli: Cli, rows: readonly ListedPromotion[]): string {
  return table(
    cli,
    ['APP', 'SITE', 'OUTCOME', 'TARGETS', 'DECIDED BY', 'ENDED', '', 'PROMOTION'],
    rows.map((row) => ({ cells: promotionCells(cli, row, row.endedAtUtc ?? row.startedAtUtc) })),
  );
}

function promotionCells(cli: Cli, row: ListedPromotion, utc: string): string[] {
  const targets = Object.entries(row.targets).map(([site, state]) => {
    return `${site} ${row.nothingDelivered.includes(site) ? NOTHING_DELIVERED : (state ?? '–')}`;
  });
  return [
    cli.paint.bold(plain(row.appName)),
    row.site,
    stateText(cli.paint, row.state),
    targets.join(', ') || '–',
    plain(row.decidedBy),
    ...when(cli, utc),
    cli.paint.dim(row.promotionKey),
  ];
}

function when({ clock, paint }: Cli, utc: string): [string, string] {
  return [clock.moment(utc), paint.dim(clock.ago(utc))];
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a whole number above 0.');
}
