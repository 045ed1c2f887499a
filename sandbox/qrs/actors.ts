import { type EntityRecord, textOf } from './records.ts';
import { QrsRefusal } from './refusal.ts';
import { recordsOf, type SiteState } from './site-state.ts';

/** Who makes a request or acts in the QMC. */
export interface Actor {
  /** `DIR\user`. */
  name: string;
  /** The user's id; undefined for the repository itself. */
  userId: string | undefined;
  isAdmin: boolean;
}

/** A user by directory and id. */
export interface UserName {
  directory: string;
  id: string;
}

const adminRoles = new Set(['rootadmin', 'contentadmin']);
const inactiveText = 'Forbidden: Your account is inactive. Contact your administrator to activate it.';

/** The repository's own account: full rights, owner of nothing. */
export const repositoryActor: Actor = { name: 'INTERNAL\\sa_repository', userId: undefined, isAdmin: true };

/** The user with that directory and id, whatever their case. */
export function findUser(site: SiteState, user: UserName): EntityRecord | undefined {
  const directory = user.directory.toLowerCase();
  const id = user.id.toLowerCase();
  for (const record of recordsOf(site, 'User').values()) {
    const isSame =
      textOf(record, 'userId').toLowerCase() === id && textOf(record, 'userDirectory').toLowerCase() === directory;
    if (isSame) return record;
  }
  return undefined;
}

/**
 * The actor for a user of the site.
 * @throws QrsRefusal 403 for an inactive one.
 */
export function actorOf(record: EntityRecord): Actor {
  if (record.values['inactive'] === true || record.values['removedExternally'] === true) throw inactive();
  const roles = (record.values['roles'] ?? []) as string[];
  return {
    name: `${textOf(record, 'userDirectory')}\\${textOf(record, 'userId')}`,
    userId: record.id,
    isAdmin: roles.some((role) => adminRoles.has(role.toLowerCase())),
  };
}

/** The 403 for an account that is inactive, or unknown. */
export function inactive(): QrsRefusal {
  return new QrsRefusal(403, inactiveText);
}

/**
 * Lets admins and owners pass.
 * @throws QrsRefusal 403 `Forbidden` for others, unless the switch `enforceRights` is off.
 */
export function mustBeAllowed(site: SiteState, actor: Actor, record?: EntityRecord): void {
  if (actor.isAdmin || !site.switches.enforceRights) return;
  if (record !== undefined && actor.userId !== undefined && record.refs['owner'] === actor.userId) return;
  throw new QrsRefusal(403, 'Forbidden');
}

/** The value of `X-Qlik-User`: `UserDirectory=<d>; UserId=<u>`, URL-encoded values; undefined when it is no such text. */
export function parseUserHeader(value: string): UserName | undefined {
  const parts = /^\s*UserDirectory\s*=\s*(?<directory>[^;]*?)\s*;\s*UserId\s*=\s*(?<id>[^;]*?)\s*;?\s*$/iu.exec(
    value,
  )?.groups;
  if (parts === undefined) return undefined;
  try {
    return { directory: decodeURIComponent(parts['directory'] ?? ''), id: decodeURIComponent(parts['id'] ?? '') };
  } catch {
    return undefined;
  }
}
