import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeText } from './text-file.ts';

const placeholder = /\$\{(env|file):([^}]+)\}/g;

/** Every `${env:NAME}` and `${file:PATH}` of a text, in order, as written. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map((match) => match[0]);
}

export interface Filled {
  readonly value: string;
  /** What could not be read: the placeholder as written, and why. */
  readonly missing: readonly (readonly [source: string, reason: string])[];
}

/**
 * The text with every placeholder replaced by the variable or the file's text (without its last line end).
 * A relative file is taken from `folder`. Never throws: what is not there is listed in `missing`.
 */
export function fillPlaceholders(text: string, folder: string, env: NodeJS.ProcessEnv): Filled {
  const missing: [string, string][] = [];
  const value = text.replaceAll(placeholder, (source: string, kind: string, name: string) => {
    const found = kind === 'env' ? readVariable(name.trim(), env) : readText(path.resolve(folder, name.trim()));
    if (found.reason !== undefined) missing.push([source, found.reason]);
    return found.value ?? '';
  });
  return { value, missing };
}

interface Found {
  readonly value?: string;
  readonly reason?: string;
}

function readVariable(name: string, env: NodeJS.ProcessEnv): Found {
  const value = env[name];
  return value === undefined ? { reason: `the environment variable ${name} is not set` } : { value };
}

function readText(file: string): Found {
  try {
    return {
      value: decodeText(readFileSync(file)).replace(/\r?\n$/, ''),
    };
  } catch (error) {
    return { reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` };
  }
}
