import { parseDocument } from 'yaml';
import { valueAt } from '../findings.ts';
import type { SettingPath } from '../problem.ts';
import { mask } from '../secret-ref.ts';
import { scalarAt } from './mask-secrets.ts';

export interface FilledText {
  readonly text: string;
  /** Masked secrets that the present file does not hold either. */
  readonly missing: readonly SettingPath[];
}

/**
 * The text of an earlier version with its masked secrets as the present file has them at the same settings, be it
 * the secret or a reference to where it is kept by now. The result
 * may hold secrets: it is for the file alone.
 */
export function withSecretsOf(masked: string, present: string): FilledText {
  const document = parseDocument(masked, { merge: true, prettyErrors: false });
  const known = parseDocument(present, { merge: true, prettyErrors: false });
  const missing: SettingPath[] = [];
  const spans = maskedIn(document.toJS(), []).flatMap((path) => {
    const range = scalarAt(document, path)?.range;
    const secret = scalarAt(known, path);
    if (!range || !secret?.range || typeof secret.value !== 'string' || secret.value === mask) {
      missing.push(path);
      return [];
    }
    return [
      { from: range[0], to: range[1], text: inOneLine(present.slice(secret.range[0], secret.range[1]), secret.value) },
    ];
  });
  const text = spans
    .toSorted((a, b) => b.from - a.from)
    .filter(({ from }, index, all) => from !== all[index - 1]?.from)
    .reduce((made, span) => `${made.slice(0, span.from)}${span.text}${made.slice(span.to)}`, masked);
  return { text: withCommentsOf(text, present), missing };
}

/** As it is written in the file, where that fits in a line. */
function inOneLine(written: string, secret: string): string {
  return written.includes('\n') ? JSON.stringify(secret) : written;
}

function maskedIn(value: unknown, path: SettingPath): SettingPath[] {
  if (value === mask) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const name = Array.isArray(value) ? Number(key) : key;
    return maskedIn(valueAt(value, [name]), [...path, name]);
  });
}

/** A comment that was masked comes back where the present file has one that begins alike; else it stays masked. */
function withCommentsOf(text: string, present: string): string {
  const lines = present.split('\n').filter((line) => line.includes('#'));
  return text
    .split('\n')
    .map((line) => {
      if (!line.includes('#') || !line.endsWith(mask)) return line;
      const beginning = line.slice(0, -mask.length);
      return lines.find((one) => one.startsWith(beginning)) ?? line;
    })
    .join('\n');
}
