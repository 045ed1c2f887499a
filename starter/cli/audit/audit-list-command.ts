import { type Command, InvalidArgumentError } from 'commander';
import type { AuditRow } from '../../../ledger/audit.ts';
import { auditSentence, auditSite } from '../../../views/audit/audit-sentence.ts';
import { type ListedEntry, listedEntry } from '../../../views/audit/listed-entry.ts';
import { plain } from '../../../views/plain.ts';
import { type Cli, withCli, withCommonOptions } from '../cli-context.ts';
import { table } from '../table.ts';
import { addFilterOptions, readFilter } from './audit-filter.ts';

/** The JSON of `waybill audit list --json`. Fields are added to it, never renamed or removed. */
export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly ListedEntry[];
  /** The number for `--before` that gives the next page; null on the last one. */
  readonly nextBefore: number | null;
}

interface ListOptions {
  readonly limit: number;
  readonly before?: number;
}

/** Adds `waybill audit list`: entries of the audit trail, newest first. */
export function addAuditListCommand(audit: Command): void {
  const command = audit
    .command('list')
    .description('show who decided, changed and ordered what, newest first')
    .option('--limit <number>', 'entries', positive, 50)
    .option('--before <number>', 'only entries with a lower number: the next page', positive)
    .action((_options: unknown, command: Command) => list(command));
  withCommonOptions(addFilterOptions(command), [
    'audit list',
    'audit list --app "Sales Overview" --from 2026-01-01',
    'audit list --kind decision operator --account "COMPANY\\ann"',
    'audit list --site prod --event replaced published --text finance --json',
  ]);
}

async function list(command: Command): Promise<void> {
  const { limit, before } = command.opts<ListOptions>();
  await withCli(command, async (cli) => {
    const filter = await readFilter(command, cli);
    const found = await cli.ledger.listAudit({ ...filter, beforeN: before, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const nextBefore = found.length > limit ? (rows.at(-1)?.n ?? null) : null;
    if (cli.json) {
      return cli.printJson({ entries: rows.map(listedEntry), nextBefore } satisfies AuditPage);
    }
    cli.print(rows.length > 0 ? pageText(cli, rows) : 'Nothing like that is in the audit trail.');
    if (nextBefore !== null) cli.remark(cli.paint.dim(`  … and more; go on with --before ${nextBefore}`));
  });
}

function pageText(cli: Cli, rows: readonly AuditRow[]): string {
  const { clock, paint } = cli;
  const drawn = table(
    cli,
    ['NUMBER', 'TIME', 'ACCOUNT', 'SITE', 'APP', 'WHAT'],
    rows.map((row) => ({
      cells: [
        paint.dim(String(row.n)),
        clock.exact(row.atUtc),
        plain(row.account ?? '–'),
        plain(auditSite(row) || '–'),
        paint.bold(plain(row.appName ?? row.appId ?? '–')),
        auditSentence(row),
      ],
    })),
  );
  return `${drawn}\n\n${paint.dim(`Times are those of ${clock.zone}.`)}`;
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a whole number above 0.');
}
