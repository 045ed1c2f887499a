import type { Actor } from './actors.ts';
import { kinds } from './kinds.ts';
import type { EntityRecord } from './records.ts';
import { blankRecord, committed, nowMs, type SiteState, stamp, store } from './site-state.ts';
import { isoDate } from './shapes.ts';

/** A user to add. `roles` holds QMC role names, e.g. `RootAdmin`. */
export interface NewUser {
  directory: string;
  id: string;
  name?: string;
  email?: string;
  /** Names of groups, as a user directory connector brings them. */
  groups?: string[];
  roles?: string[];
  inactive?: boolean;
}

/** Adds a user; the mail address is an attribute of type `email` ("QRS facts, section 5"). */
export function createUser(site: SiteState, actor: Actor, user: NewUser): EntityRecord {
  const record = blankRecord(site, kinds.User, actor.name);
  Object.assign(record.values, {
    userId: user.id,
    userDirectory: user.directory,
    userDirectoryConnectorName: user.directory,
    name: user.name ?? user.id,
    roles: user.roles ?? [],
    inactive: user.inactive ?? false,
    attributes: [
      ...(user.email === undefined ? [] : [attribute(site, actor, 'email', user.email)]),
      ...(user.groups ?? []).map((group) => attribute(site, actor, 'group', group)),
    ],
  });
  store(site, record);
  committed(site, record, { changeType: 1, action: 'add-user', by: actor.name });
  return record;
}

/** Puts a user into these groups and no others, as the next run of the user directory connector does. */
export function setGroups(site: SiteState, actor: Actor, record: EntityRecord, groups: readonly string[]): void {
  const others = (record.values['attributes'] as { attributeType: string }[]).filter(
    ({ attributeType }) => attributeType !== 'group',
  );
  record.values['attributes'] = [...others, ...groups.map((group) => attribute(site, actor, 'group', group))];
  stamp(site, record, actor.name);
  committed(site, record, { changeType: 2, action: 'update-user', by: actor.name, changedProperties: ['attributes'] });
}

function attribute(site: SiteState, actor: Actor, type: string, value: string): Record<string, unknown> {
  const now = isoDate(nowMs(site));
  return {
    id: site.random.guid(),
    createdDate: now,
    modifiedDate: now,
    modifiedByUserName: actor.name,
    attributeType: type,
    attributeValue: value,
    externalId: type,
    schemaPath: 'UserAttribute',
  };
}
