import { waybillError } from '../../common/errors/catalogue.ts';
import type { ConsoleConfig } from '../../config/types.ts';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { LedgerStore } from '../../ledger/ledger.ts';

/** The settings that say how people sign in. */
export type SignInSettings = Pick<ConsoleConfig, 'localSignIn' | 'oidc'>;

/** Whether somebody may sign in at all, in the way he is known by. */
export function signsInHere({ localSignIn, oidc }: SignInSettings, { kind, disabledAtUtc }: ConsolePerson): boolean {
  return disabledAtUtc === undefined && (kind === 'local' ? localSignIn : oidc !== undefined);
}

/** Who can sign in as administrator, in words; `undefined` where nobody can. */
export async function whoAdministers(
  settings: SignInSettings,
  ledger: Pick<LedgerStore, 'listPeople'>,
): Promise<string | undefined> {
  const admins = settings.oidc?.roles.admin ?? [];
  if (admins.length > 0) return `people of ${admins.join(', ')} become administrator when they sign in with oidc`;
  const people = await ledger.listPeople();
  const names = people.filter((person) => canAdminister(settings, person)).map(({ name }) => name);
  return names.length === 0 ? undefined : `${names.join(', ')} can sign in as administrator`;
}

/**
 * Last in a transaction that took something from somebody: somebody is left who can sign in as administrator.
 * @throws WAYBILL_CONSOLE_LAST_ADMINISTRATOR
 */
export async function requireAdministrator(
  settings: SignInSettings,
  ledger: Pick<LedgerStore, 'listPeople'>,
): Promise<void> {
  if ((await whoAdministers(settings, ledger)) === undefined) throw waybillError('WAYBILL_CONSOLE_LAST_ADMINISTRATOR');
}

/** Somebody of the identity provider counts by what its groups give; what is kept of him may be long out of date. */
function canAdminister(settings: SignInSettings, person: ConsolePerson): boolean {
  return (
    person.kind === 'local' && person.roles.admin && person.passwordHash !== undefined && signsInHere(settings, person)
  );
}
