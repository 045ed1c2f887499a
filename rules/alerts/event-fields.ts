import { z } from 'zod';

/** Longest id that is one: it becomes part of keys and file names. */
const mostIdCharacters = 256;
const mostNameCharacters = 1000;
/** Enough for what a message shows; whoever sends more must not fill the ledger. */
const mostTextCharacters = 10_000;
/** Qlik Cloud sends five of each. */
const mostTexts = 20;
const mostStatements = 100;

/** A text as databases and files take it: bounded, without half characters and NUL. */
function kept(text: string, most: number): string {
  return text.replaceAll('\0', '').slice(0, most).toWellFormed();
}

const nonEmpty = (most: number) =>
  z
    .string()
    .transform((text) => kept(text, most) || undefined)
    .optional()
    .catch(undefined);

/**
 * Fields of an event of which every one may be missing or of another kind than documented: then it is undefined, for no
 * failure is to go unheard because of a detail. An id that is longer than any id is none.
 */
export const optional = {
  id: z
    .string()
    .min(1)
    .max(mostIdCharacters)
    .refine((id) => kept(id, mostIdCharacters) === id)
    .optional()
    .catch(undefined),
  name: nonEmpty(mostNameCharacters),
  text: nonEmpty(mostTextCharacters),
  texts: z
    .array(z.unknown())
    .transform((all) => all.slice(0, mostTexts).map((one) => kept(textOf(one), mostTextCharacters)))
    .optional()
    .catch(undefined),
  /** Documented as always empty: what it would hold is not known. */
  statements: z
    .array(z.unknown())
    .max(mostStatements)
    .refine((all) => (jsonOf(all)?.length ?? Infinity) <= mostTextCharacters)
    .optional()
    .catch(undefined),
  time: z.string().transform(utcTime).optional().catch(undefined),
  number: z.number().optional().catch(undefined),
  flag: z.boolean().optional().catch(undefined),
};

/**
 * The time in UTC with milliseconds; undefined for what is none. A service that has no time to tell may say the year 1.
 */
export function utcTime(text: string): string | undefined {
  const time = new Date(text);
  return time.getTime() > 0 ? time.toISOString() : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (jsonOf(value) ?? '');
}

/** Undefined for what is nested deeper than can be written, although it could be read. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
