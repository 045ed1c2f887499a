import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { waybillError } from '../../common/errors/catalogue.ts';
import { promotion } from './seed-values.ts';
import { sourceText } from './source-text.ts';

/** Where the addresses of approvers stand, from the old program's folder. */
export const streamMapKey = 'static/ApprovalStreamsToEmailAddressMap.csv';

const configKey = 'static/config.json';
const consoleKeys = ['console_port.json', 'static/console_port.json'];
const deepest = 20;

/** A folder of certificates. */
export interface CertificateFolder {
  /** As in `Certificates/test`. */
  readonly key: string;
  readonly path: string;
  /** Names of the files in it. */
  readonly files: readonly string[];
}

/** What the folder of the old program holds (Seed program facts, section 1). */
export interface SeedFolder {
  /** Absolute. */
  readonly path: string;
  /** The values of `static/config.json`. */
  readonly values: unknown;
  readonly certificates: readonly CertificateFolder[];
  /** The CSV of approvers, where there is one. */
  readonly streamMap?: string;
  /** The file with the port of the settings page, where there is one. */
  readonly consoleKey?: string;
  /** Every file that was read. */
  readonly files: readonly string[];
}

/**
 * Reads the folder that the old program runs in; of certificates, their names alone. Safe to repeat.
 * @throws WAYBILL_IMPORT_UNREADABLE, WAYBILL_IMPORT_NOT_JSON, WAYBILL_IMPORT_NOT_SEED
 */
export async function readSeed(folder: string): Promise<SeedFolder> {
  const root = path.resolve(folder);
  const inRoot = (key: string): string => path.join(root, ...key.split('/'));
  const values = await configurationOf(inRoot(configKey));
  if (/\$\{(env|file):/.test(root))
    throw notSeed(root, 'its path holds ${env:…} or ${file:…}, which would be filled in');
  const consoleKey = (await there(consoleKeys.map((key) => [key, inRoot(key)])))[0];
  if (consoleKey !== undefined) await jsonObject(inRoot(consoleKey));
  const [hasMap] = await there([[streamMapKey, inRoot(streamMapKey)]]);
  const streamMap = hasMap === undefined ? undefined : await sourceText(inRoot(streamMapKey), 'utf-8');
  return {
    path: root,
    values,
    certificates: await certificateFolders(inRoot('Certificates')),
    ...(streamMap !== undefined && { streamMap }),
    ...(consoleKey !== undefined && { consoleKey }),
    files: [configKey, hasMap, consoleKey].flatMap((key) => (key === undefined ? [] : [inRoot(key)])),
  };
}

async function configurationOf(file: string): Promise<unknown> {
  const values = await jsonObject(file);
  const isSeed = z.looseObject({ [promotion]: z.looseObject({}) }).safeParse(values).success;
  if (!isSeed) throw notSeed(file, `it has no group "${promotion}"`);
  return values;
}

async function jsonObject(file: string): Promise<unknown> {
  const values = jsonOf(await sourceText(file, 'utf-8'), file);
  if (!z.looseObject({}).safeParse(values).success) throw notSeed(file, 'it holds no settings by name');
  return values;
}

function jsonOf(text: string, file: string): unknown {
  const notJson = (reason: string) => waybillError('WAYBILL_IMPORT_NOT_JSON', { file, reason });
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    throw notJson(faultOf(String(error), text));
  }
  let level: unknown[] = [values];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) throw notJson('it is nested too deeply');
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return values;
}

/** What the parser says quotes the file, where a password stands: only the place is told. */
function faultOf(message: string, text: string): string {
  const position = /\bposition (\d+)/.exec(message)?.[1];
  if (position === undefined) return message.includes('end of JSON') ? 'it ends too early' : 'its form is wrong';
  const before = text.slice(0, Number(position)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** The keys of those files that are there. */
async function there(files: readonly (readonly [key: string, file: string])[]): Promise<string[]> {
  const found = await Promise.all(files.map(async ([key, file]) => ((await isThere(file)) ? [key] : [])));
  return found.flat();
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

async function certificateFolders(folder: string): Promise<CertificateFolder[]> {
  const entries = await listed(folder);
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  return Promise.all(
    folders.toSorted().map(async (name) => {
      const at = path.join(folder, name);
      const files = (await listed(at)).map((entry) => entry.name);
      return { key: `Certificates/${name}`, path: at, files };
    }),
  );
}

async function listed(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return [];
    throw waybillError('WAYBILL_IMPORT_UNREADABLE', { file: folder, reason: String(cause.code) }, { cause });
  });
}

function notSeed(file: string, reason: string) {
  return waybillError('WAYBILL_IMPORT_NOT_SEED', { file, reason });
}
