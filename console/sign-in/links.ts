import { createHash, randomBytes } from 'node:crypto';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { AuditEntry } from '../../ledger/audit-entry.ts';
import type { ConsoleLink, LinkPurpose } from '../../ledger/console-links.ts';
import type { Ledger, LedgerStore } from '../../ledger/ledger.ts';
import { type SignInSettings, whoAdministers } from './administrators.ts';

const TOKEN_BYTES = 32;
const LINK_HOURS = 24;
const HOUR_MS = 3_600_000;

const pages: Readonly<Record<LinkPurpose, string>> = { 'set-up': '/set-up', password: '/choose-password' };

/** A link that works once. Whoever has it needs nothing else, so it is told to one person and kept nowhere. */
export interface OneTimeLink {
  readonly url: string;
  readonly expiresAtUtc: string;
}

interface LinkParts {
  readonly settings: SignInSettings;
  readonly ledger: Ledger;
  /** Where people open the console, without a slash at the end. */
  readonly publicUrl: string;
  /** Written to the audit trail with the link: both, or neither. */
  readonly entry?: AuditEntry | undefined;
}

/**
 * A link that makes the first administrator; the one before no longer works then. `undefined` where somebody can sign
 * in as administrator already, or nobody with a password.
 */
export async function makeSetUpLink(parts: LinkParts): Promise<OneTimeLink | undefined> {
  const { settings, ledger, publicUrl, entry } = parts;
  if (!settings.localSignIn || (await whoAdministers(settings, ledger)) !== undefined) return undefined;
  return makeLink(ledger, { publicUrl, entry, purpose: 'set-up' });
}

/**
 * A link with which a person chooses a password; the ones before no longer work then. The old password does until a new
 * one is chosen. @throws WAYBILL_CONSOLE_NO_PERSON
 */
export async function makePasswordLink(parts: LinkParts, name: string): Promise<OneTimeLink> {
  const { settings, ledger, publicUrl, entry } = parts;
  const person = await ledger.findPerson(name);
  if (person?.kind !== 'local' || !settings.localSignIn || person.disabledAtUtc !== undefined)
    throw waybillError('WAYBILL_CONSOLE_NO_PERSON', { name });
  return makeLink(ledger, { publicUrl, entry, purpose: 'password', person: person.name });
}

/** The link that a token stands for. @throws WAYBILL_CONSOLE_LINK_USED_UP */
export async function requireLink(ledger: LedgerStore, purpose: LinkPurpose, token: string): Promise<ConsoleLink> {
  return usable(await ledger.findConsoleLink(hashOf(token)), purpose);
}

/** The same, used up by this call: of many who call it at once, one gets it. @throws WAYBILL_CONSOLE_LINK_USED_UP */
export async function useLink(ledger: LedgerStore, purpose: LinkPurpose, token: string): Promise<ConsoleLink> {
  return usable(await ledger.useConsoleLink(hashOf(token)), purpose);
}

interface NewLink extends Pick<LinkParts, 'publicUrl' | 'entry'> {
  readonly purpose: LinkPurpose;
  readonly person?: string;
}

async function makeLink(ledger: Ledger, { publicUrl, entry, purpose, person }: NewLink): Promise<OneTimeLink> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const expiresAtUtc = new Date(Date.now() + LINK_HOURS * HOUR_MS).toISOString();
  await ledger.withTransaction(async (store) => {
    await store.endConsoleLinks({ purpose, person });
    await store.addConsoleLink({ tokenHash: hashOf(token), purpose, person, expiresAtUtc });
    if (entry) await store.appendAudit(entry);
  });
  return { url: `${publicUrl}${pages[purpose]}?link=${token}`, expiresAtUtc };
}

function usable(link: ConsoleLink | undefined, purpose: LinkPurpose): ConsoleLink {
  if (link?.purpose !== purpose) throw waybillError('WAYBILL_CONSOLE_LINK_USED_UP', { hours: LINK_HOURS });
  return link;
}

/** The token has 256 random bits: nobody finds it from its hash, and a slow hash would add nothing. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
