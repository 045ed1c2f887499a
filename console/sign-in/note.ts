import type { FastifyRequest } from 'fastify';
import type { ConsolePerson } from '../../ledger/console-people.ts';
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
export async function note({ ledger, logger }: ConsoleContext, request: FastifyRequest, deed: Deed): Promise<void> {
  const { what, by, person, facts } = deed;
  await ledger.appendAudit({
    kind: 'sign-in',
    type: what,
    atUtc: new Date().toISOString(),
    ...(by && { by: { account: by.account, door: 'console', asserted: false } }),
    facts: { name: by?.name, person, address: request.ip, ...facts },
  });
  logger.info(
    { deed: what, by: by?.name, account: by?.account, person, address: request.ip, facts },
    `Console: ${what.replaceAll('-', ' ')}`,
  );
}
