import type { Actor } from './actors.ts';
import { kinds } from './kinds.ts';
import type { EntityRecord } from './records.ts';
import { blankRecord, committed, nowMs, type SiteState, store } from './site-state.ts';
import { isoDate } from './shapes.ts';

/** A user to add. `roles` holds QMC role names, e.g. `RootAdmin`. */
export interface NewUser {
  directory: string;
  id: string;
  name?: string;
  email?: string;
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
    attributes: user.email === undefined ? [] : [emailAttribute(site, actor, user.email)],
  });
  store(site, record);
  committed(site, record, { changeType: 1, action: 'add-user', by: actor.name });
  return record;
}

function emailAttribute(site: SiteState, actor: Actor, email: string): Record<string, unknown> {
  const now = isoDate(nowMs(site));
  return {
    id: site.random.guid(),
    createdDate: now,
    modifiedDate: now,
    modifiedByUserName: actor.name,
    attributeType: 'email',
    attributeValue: email,
    externalId: 'email',
    schemaPath: 'UserAttribute',
  };
}
