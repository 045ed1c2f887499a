import { waybillError } from '../../../common/errors/catalogue.ts';
import type { OidcConfig } from '../../../config/types.ts';
import type { ConsolePerson, ConsoleRoles } from '../../../ledger/console-people.ts';
import type { Ledger, LedgerStore } from '../../../ledger/ledger.ts';
import type { KnownPerson } from './claims.ts';
import { mayDoLess, rolesOfGroups } from './roles-of-groups.ts';

const none: ConsoleRoles = { admin: false, operator: false, approves: [] };

/**
 * Writes down whom the provider has signed in, with the roles of his groups as they are now; who may do less than
 * before has to sign in again elsewhere. `contact`: whom he asks who does not get in. Safe to repeat.
 * @throws WAYBILL_CONSOLE_NO_ROLE, WAYBILL_CONSOLE_SHUT_OUT, WAYBILL_CONSOLE_NAME_TAKEN
 */
export async function welcome(
  ledger: Ledger,
  { roles }: Pick<OidcConfig, 'roles'>,
  known: KnownPerson,
  contact: string,
): Promise<ConsolePerson> {
  const given = rolesOfGroups(roles, known.groups);
  const person = await ledger.withTransaction(async (store) => {
    const before = await personBefore(store, known, contact);
    if (!given && !before) return undefined;
    if (!before) return added(store, known, given ?? none);
    const endSessions = !given || mayDoLess(before.roles, given);
    const { subject, displayName, account, groups } = known;
    const patch = { subject, displayName, account, groups, roles: given ?? none, endSessions };
    await store.changePerson(before.name, patch);
    return store.findPerson(before.name);
  });
  if (!given || !person) {
    const groups = known.groups.length > 0 ? `: ${known.groups.slice(0, 20).join(', ')}` : '; it names none';
    throw waybillError('WAYBILL_CONSOLE_NO_ROLE', { account: known.account, groups, contact });
  }
  if (person.disabledAtUtc !== undefined) {
    throw waybillError('WAYBILL_CONSOLE_SHUT_OUT', { account: known.account, contact });
  }
  return person;
}

/** By what the provider knows the person as, never by the name alone: names are given away again. */
async function personBefore(
  store: LedgerStore,
  { subject, name }: KnownPerson,
  contact: string,
): Promise<ConsolePerson | undefined> {
  const known = await store.findPersonBySubject(subject);
  if (known) return known;
  const namesake = await store.findPerson(name);
  if (!namesake || (namesake.kind === 'oidc' && namesake.subject === undefined)) return namesake;
  throw waybillError('WAYBILL_CONSOLE_NAME_TAKEN', { name, contact });
}

async function added(store: LedgerStore, known: KnownPerson, roles: ConsoleRoles): Promise<ConsolePerson | undefined> {
  // Whoever signed in for the first time twice at the same moment is found as the other one wrote him.
  await store.addPerson({ ...known, kind: 'oidc', roles });
  return store.findPersonBySubject(known.subject);
}
