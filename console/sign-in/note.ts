import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../../ledger/audit-entry.ts';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { LedgerStore } from '../../ledger/ledger.ts';
import type { ConsoleContext } from '../server/context.ts';

/** What happens at the door, or to people. */
export type DeedKind =
  | 'signed-in'
  | 'sign-in-refused'
  | 'signed-out'
  | 'person-added'
  | 'person-changed'
  | 'person-disabled'
  | 'person-enabled'
  | 'sessions-ended'
  | 'link-made'
  | 'password-chosen'
  | 'identity-forgotten';

export interface Deed {
  readonly what: DeedKind;
  /** Whoever did it; nobody where nobody is known. */
  readonly by: Pick<ConsolePerson, 'name' | 'account'> | undefined;
  /** Name of whom it was done to. */
  readonly person?: string;
  /** What else there is to know; never a password, token or link. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Notes a deed in the audit trail and the log, with the address it came from. Resolves when it is noted. */
export async function note(context: ConsoleContext, request: FastifyRequest, deed: Deed): Promise<void> {
  await context.ledger.appendAudit(deedEntry(request, deed));
  logDeed(context, request, deed);
}

/** What was done, and how it is noted; nothing is noted without a deed. */
export interface Done<T> {
  readonly result: T;
  readonly deed?: Deed;
}

/** Does something to people and notes it in the audit trail: both, or neither. What was done is logged once it stands. */
export async function doAndNote<T>(
  context: ConsoleContext,
  request: FastifyRequest,
  work: (store: LedgerStore) => Promise<Done<T>>,
): Promise<T> {
  const { result, deed } = await context.ledger.withTransaction(async (store) => {
    const done = await work(store);
    if (done.deed) await store.appendAudit(deedEntry(request, done.deed));
    return done;
  });
  if (deed) logDeed(context, request, deed);
  return result;
}

/** The entry of a deed in the audit trail. */
export function deedEntry(request: FastifyRequest, { what, by, person, facts }: Deed): AuditEntry {
  return {
    kind: 'sign-in',
    type: what,
    atUtc: new Date().toISOString(),
    ...(by && { by: { account: by.account, door: 'console', asserted: false } }),
    facts: { name: by?.name, person, address: request.ip, ...facts },
  };
}

/** Tells the log of a deed that stands. */
export function logDeed({ logger }: ConsoleContext, request: FastifyRequest, { what, by, person, facts }: Deed): void {
  logger.info(
    { deed: what, by: by?.name, account: by?.account, person, address: request.ip, facts },
    `Console: ${what.replaceAll('-', ' ')}`,
  );
}
