import { z } from 'zod';
import type { ConsoleRoles } from '../../ledger/console-people.ts';

/** What a form says of a person, as far as it can be typed wrong: what is wrong is told above the form. */
export interface TypedPerson {
  readonly name: string;
  readonly displayName: string;
  readonly account: string;
}

const typed = z.string().trim().max(200);

/** Fields of every form about a person. */
export const personFields = { name: typed, displayName: typed, account: typed };

/** Fields of a form that gives roles. A box that is not ticked sends nothing. */
export const roleFields = {
  admin: z.literal('yes').optional(),
  operator: z.literal('yes').optional(),
  approves: z.enum(['none', 'some', 'every']),
  streams: z.string().max(10_000),
  groups: z.string().max(10_000),
};

type RoleFields = z.output<z.ZodObject<typeof roleFields>>;

/** Why somebody cannot be called so; `undefined` where he can. */
export function whyNotThisPerson({ name, displayName, account }: TypedPerson): string | undefined {
  if (!/^[a-z0-9][a-z0-9._@-]{0,63}$/i.test(name))
    return 'A name has 1 to 64 letters, digits, dots, hyphens, underscores and @, and begins with a letter or digit.';
  if (displayName === '') return 'A person has a name to be called by.';
  if (!isAccount(account)) return String.raw`An account is written as DIRECTORY\user, as in COMPANY\anna.`;
  return undefined;
}

export function isAccount(text: string): boolean {
  return /^[^\\\s]+\\[^\\]+$/.test(text);
}

/** Why these roles cannot be given; `undefined` where they can. */
export function whyNotTheseRoles({ approves, streams }: RoleFields): string | undefined {
  return approves === 'some' && linesOf(streams).length === 0
    ? 'Say which streams are approved, one a line.'
    : undefined;
}

export function rolesOf({ admin, operator, approves, streams }: RoleFields): ConsoleRoles {
  const some = approves === 'some' ? linesOf(streams) : [];
  return { admin: admin === 'yes', operator: operator === 'yes', approves: approves === 'every' ? 'every' : some };
}

/** The lines of a text field that are not empty, each once. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}
