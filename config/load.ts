import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue, waybillError } from '../common/errors/catalogue.ts';
import { parseConfig } from './parse.ts';
import { type Problem, problemLine } from './problem.ts';
import type { ParsedConfig } from './schema.ts';
import { decodeText } from './text-file.ts';
import type { Config } from './types.ts';
import { readYaml } from './yaml-document.ts';

/** The name that is looked for in the current folder when nobody names a file. */
export const defaultFileName = 'waybill.yaml';

/** What a command ends with when the configuration has problems. */
export const invalidConfigExitCode = catalogue.WAYBILL_CONFIG_INVALID.exitCode;

/** A configuration, or what is wrong with it. */
export interface ReadOutcome {
  /** Absolute path of the file that was read. */
  readonly file: string;
  readonly config?: Config;
  /** The settings with their defaults, before those that depend on others are filled in. */
  readonly parsed?: ParsedConfig;
  readonly problems: readonly Problem[];
}

/** The configuration as a running process has it. */
export interface Settings {
  /** Absolute path of the file. */
  readonly file: string;
  /** Tells one content of the file from another; which line ends and encoding it has does not count. */
  readonly fingerprint: string;
  readonly config: Config;
  readonly parsed: ParsedConfig;
}

/**
 * The configuration from a YAML file, complete and checked; without a path, from `waybill.yaml` in the current folder.
 * Safe to repeat. Secrets are not read.
 * @throws WAYBILL_CONFIG_NOT_FOUND when there is no file
 * @throws WAYBILL_CONFIG_UNREADABLE when the file cannot be read
 * @throws WAYBILL_CONFIG_INVALID with every problem, each with its line, column, setting and what would be right
 */
export async function loadConfig(file?: string, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  return configOf(await readConfig(file, env));
}

/**
 * As `loadConfig`, with what a process needs to take over later changes of the file.
 * @throws as `loadConfig`
 */
export async function loadSettings(file = defaultFileName, env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
  const absolute = path.resolve(file);
  const text = await textOf(absolute);
  return { file: absolute, fingerprint: fingerprintOf(text), ...wholeOf(readText(text, absolute, env)) };
}

/** As `readConfig`, of a text that was read from the file before. */
export function readConfigText(text: string, file: string, env: NodeJS.ProcessEnv): ReadOutcome {
  return readText(text, file, env);
}

/** Of the text of a file: 16 characters that change with it. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 16);
}

/**
 * As `loadConfig`, from text that stands in no file; relative paths are taken from `folder`.
 * @throws WAYBILL_CONFIG_INVALID
 */
export function configFromYaml(text: string, folder: string, env: NodeJS.ProcessEnv = process.env): Config {
  return configOf(readText(text, path.join(path.resolve(folder), defaultFileName), env));
}

/**
 * As `loadConfig`, but a file with problems is an answer, with the problems in the order of the file.
 * @throws WAYBILL_CONFIG_NOT_FOUND, WAYBILL_CONFIG_UNREADABLE
 */
export async function readConfig(file = defaultFileName, env: NodeJS.ProcessEnv = process.env): Promise<ReadOutcome> {
  const absolute = path.resolve(file);
  return readText(await textOf(absolute), absolute, env);
}

function configOf(outcome: ReadOutcome): Config {
  return wholeOf(outcome).config;
}

function wholeOf({ file, config, parsed, problems }: ReadOutcome): Pick<Settings, 'config' | 'parsed'> {
  if (config !== undefined && parsed !== undefined) return { config, parsed };
  const lines = problems.map(problemLine).join('\n');
  throw waybillError('WAYBILL_CONFIG_INVALID', { file, count: problems.length, problems: lines });
}

function readText(text: string, file: string, env: NodeJS.ProcessEnv): ReadOutcome {
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) return { file, problems: yaml.problems };
  const { config, parsed, findings } = parseConfig(yaml.value, { folder: path.dirname(file), env });
  const problems = findings.map((finding) => ({ ...finding, ...yaml.placeOf(finding.path) }));
  return { file, config, parsed, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

/**
 * The text of a configuration file.
 * @throws WAYBILL_CONFIG_NOT_FOUND, WAYBILL_CONFIG_UNREADABLE
 */
export async function textOf(file: string): Promise<string> {
  try {
    return decodeText(await readFile(file));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw waybillError('WAYBILL_CONFIG_NOT_FOUND', { file }, { cause });
    throw waybillError('WAYBILL_CONFIG_UNREADABLE', { file, reason: code }, { cause });
  }
}
