import { access, readFile, writeFile } from 'node:fs/promises';
import { waybillError } from '../common/errors/catalogue.ts';

/** Which program wrote a database file. */
export interface ServerRecord {
  readonly executable: string;
  readonly cliVersion: string;
  readonly serverVersion: string;
}

/** Where the record of a database file stands: beside it. */
export function recordFileOf(databaseFile: string): string {
  return `${databaseFile}.server.json`;
}

/**
 * The record beside a database file; `undefined` when there is none.
 * @throws WAYBILL_TEMPORAL_RECORD_UNREADABLE when it is there and is not a record
 */
export async function readServerRecord(databaseFile: string): Promise<ServerRecord | undefined> {
  const recordFile = recordFileOf(databaseFile);
  try {
    const record = JSON.parse(await readFile(recordFile, 'utf8')) as Partial<ServerRecord>;
    if (typeof record.executable !== 'string' || typeof record.serverVersion !== 'string') {
      throw new TypeError('it names no program or no version');
    }
    return {
      executable: record.executable,
      cliVersion: String(record.cliVersion),
      serverVersion: record.serverVersion,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const reason = (error as Error).message;
    throw waybillError('WAYBILL_TEMPORAL_RECORD_UNREADABLE', { recordFile, reason }, { cause: error });
  }
}

/** Writes the record beside a database file. Safe to repeat: the last one stays. */
export async function writeServerRecord(databaseFile: string, record: ServerRecord): Promise<void> {
  await writeFile(recordFileOf(databaseFile), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The server version that a database file needs; `undefined` when there is no file yet, or no record of it. */
export async function requiredServerVersion(databaseFile: string | undefined): Promise<string | undefined> {
  if (databaseFile === undefined || !(await exists(databaseFile))) return undefined;
  return (await readServerRecord(databaseFile))?.serverVersion;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
