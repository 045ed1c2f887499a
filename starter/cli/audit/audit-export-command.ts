import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { type AuditFilter, auditRows, type AuditRow } from '../../../ledger/audit.ts';
import { type AuditFormat, auditTable } from '../../../views/audit/audit-table.ts';
import { withCli, withExamples } from '../cli-context.ts';
import { addFilterOptions, readFilter } from './audit-filter.ts';

interface ExportOptions {
  readonly format: AuditFormat;
  readonly out?: string;
  readonly bom?: boolean;
  readonly force?: boolean;
}

/** Adds `waybill audit export`: the audit trail, or a part of it, as a table for a spreadsheet, oldest first. */
export function addAuditExportCommand(audit: Command): void {
  const command = audit
    .command('export')
    .description('write the audit trail, or a part of it, as a table for a spreadsheet, oldest first')
    .addOption(new Option('--format <format>', 'csv, or tsv with tabs').choices(['csv', 'tsv']).default('csv'))
    .option('-o, --out <file>', 'write to this file, not to stdout')
    .option('--force', 'replace a file that stands there')
    .option('--bom', 'begin with the mark by which Excel knows UTF-8')
    .option('-c, --config <file>', 'configuration file (default: waybill.yaml in this folder)')
    .action((_options: unknown, command: Command) => exportTrail(command));
  withExamples(addFilterOptions(command), [
    'audit export --out audit.csv --bom',
    'audit export --from 2026-01-01 --to 2026-03-31 --kind decision --out first-quarter.csv',
    'audit export --format tsv --site prod',
  ]);
}

/** @throws WAYBILL_AUDIT_NOT_WRITTEN */
async function exportTrail(command: Command): Promise<void> {
  const { format, out, bom, force = false } = command.opts<ExportOptions>();
  await withCli(command, async (cli) => {
    if (out !== undefined && !force && existsSync(out)) throw notWritten(out, 'it exists already');
    // What is written while it is exported belongs to the next export.
    const head = await cli.ledger.auditHead();
    const filter: AuditFilter = { ...(await readFilter(command, cli)), beforeN: (head?.n ?? 0) + 1 };
    let count = 0;
    async function* counted(): AsyncGenerator<AuditRow> {
      for await (const row of auditRows(cli.ledger, filter)) {
        count++;
        yield row;
      }
    }
    const rows = auditTable(counted(), { format, bom });
    if (out === undefined) return pipeline(rows, printing(command));
    await writeWhole(rows, out);
    cli.print(`${count} entries of the audit trail were written to ${out}.`);
  });
}

/** A file that appears whole or not at all, for this account alone. */
async function writeWhole(rows: NodeJS.ReadableStream, file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await pipeline(rows, createWriteStream(draft, { flags: 'wx', mode: 0o600 }));
    await rename(draft, file);
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw cause;
    throw notWritten(file, code === 'EISDIR' ? 'it is a folder' : String(code), cause);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Prints what comes, as fast as it is taken. */
function printing(command: Command): Writable {
  const output = command.configureOutput();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      output.writeOut?.(decoder.decode(chunk, { stream: true }));
      if (!process.stdout.writableNeedDrain) return done();
      once(process.stdout, 'drain').then(() => done(), done);
    },
  });
}

function notWritten(file: string, reason: string, cause?: unknown) {
  return waybillError('WAYBILL_AUDIT_NOT_WRITTEN', { file, reason }, cause === undefined ? {} : { cause });
}
