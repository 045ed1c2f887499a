import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { diff } from 'node:util';
import { Document, parseDocument } from 'yaml';
import { readConfig } from '../config/load.ts';
import { waybillError } from '../common/errors/catalogue.ts';
import { problemLine } from '../config/problem.ts';
import { decodeText } from '../config/text-file.ts';
import type { Config } from '../config/types.ts';
import { type Answers, settingsOf } from './settings.ts';
import { writeWhole } from './write-file.ts';

/** A configuration that stands in a file. */
export interface StandingConfig {
  readonly text: string;
  readonly config: Config;
}

/** The configuration in a file; undefined where there is none. @throws WAYBILL_CONFIG_UNREADABLE, WAYBILL_CONFIG_INVALID */
export async function readStandingConfig(file: string): Promise<StandingConfig | undefined> {
  const text = await readFile(file).then(decodeText, (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT')
      throw waybillError('WAYBILL_CONFIG_UNREADABLE', { file, reason: error.code }, { cause: error });
  });
  if (text === undefined || text.trim() === '') return undefined;
  const { config, problems } = await readConfig(file);
  if (config) return { text, config };
  const facts = { file, count: problems.length, problems: problems.map(problemLine).join('\n') };
  throw waybillError('WAYBILL_CONFIG_INVALID', facts);
}

const header = ` Made by \`waybill init\`; change it as you like. Every setting: docs/reference/configuration.md
 Check it with: waybill config check`;

/**
 * The text of the configuration with these answers. In one that stands already only what differs is changed: comments and all
 * other settings stay as they are, and so does the text where nothing differs. `folder` is the one of the file.
 */
export function configText(standing: StandingConfig | undefined, answers: Answers, folder: string): string {
  const document = standing ? parseDocument(standing.text) : new Document({});
  const listsTargets = document.hasIn(['sources', answers.source.alias, 'targets']);
  const settings = settingsOf(answers, standing?.config, { folder, listsTargets });
  if (standing && settings.length === 0) return standing.text;
  if (!standing) document.commentBefore = header;
  for (const { path: at, value } of settings) {
    document.setIn(at, document.createNode(value, { flow: Array.isArray(value) }));
  }
  return document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
}

/** The lines that differ, each with `- ` or `+ ` before it; empty where nothing does. */
export function differingLines(before: string, after: string): string[] {
  const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  const marks = { [-1]: '+', 1: '-', 0: ' ' } as const;
  return diff(linesOf(before), linesOf(after))
    .filter(([operation]) => operation !== 0)
    .map(([operation, line]) => `${marks[operation as keyof typeof marks]} ${line}`);
}

/** SHA-256 of a text, in hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Writes the configuration. Safe to repeat.
 * @throws WAYBILL_SETUP_NOT_WRITTEN, WAYBILL_SETUP_CHANGED_MEANWHILE when it is no longer what it was when it was read
 */
export async function writeConfig(file: string, before: string | undefined, text: string): Promise<void> {
  const now = await readFile(file).then(decodeText, () => undefined);
  if (now === text) return;
  if ((now ?? '').trim() !== (before ?? '').trim()) {
    throw waybillError('WAYBILL_SETUP_NOT_WRITTEN', { file, reason: 'somebody changed it in the meantime' });
  }
  await writeWhole(file, text);
}

/** Whether a configuration still has the text of this hash. Reads only. */
export async function isUnchanged(file: string, sha256: string): Promise<boolean> {
  const text = await readFile(file).then(decodeText, () => undefined);
  return text !== undefined && hashOf(text) === sha256;
}

/** Removes a configuration. Safe to repeat. */
export async function removeConfig(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** The file of the record beside a configuration. */
export function recordFileOf(configFile: string): string {
  return path.join(path.dirname(configFile), 'waybill-init.json');
}
