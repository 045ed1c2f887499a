import type { Insertable, Selectable, Updateable } from 'kysely';
import { fromJson, toJson } from './columns.ts';
import type { StoreParts } from './store.ts';
import type { ConsolePersonTable } from './console-tables.ts';

/** `local`: with a password of ours. `oidc`: known by an identity provider. */
export type PersonKind = 'local' | 'oidc';

/** What somebody may do on the console. Everybody who is signed in may look. */
export interface ConsoleRoles {
  readonly admin: boolean;
  readonly operator: boolean;
  /** Streams whose apps the person may approve or deny, by name; `every` is all of them. */
  readonly approves: 'every' | readonly string[];
}

/** Somebody who may sign in. Times are UTC. */
export interface ConsolePerson {
  /** What is typed to sign in, lower case. */
  readonly name: string;
  readonly kind: PersonKind;
  readonly displayName: string;
  /** The account that decisions are recorded under, as `DIR\user`. */
  readonly account: string;
  readonly roles: ConsoleRoles;
  /** Groups, as policies name them. */
  readonly groups: readonly string[];
  /** None for somebody who signs in elsewhere, or has not chosen a password yet. */
  readonly passwordHash?: string;
  /** Whom the identity provider knows somebody as, for good: its issuer and what that calls the person. */
  readonly subject?: string;
  /** Rises when the person must sign in again: sessions of an earlier one are over. */
  readonly epoch: number;
  readonly disabledAtUtc?: string;
  /** When the person signed in last; never so far where it is not set. */
  readonly signedInAtUtc?: string;
  readonly createdAtUtc: string;
}

export type NewConsolePerson = Pick<
  ConsolePerson,
  'name' | 'kind' | 'displayName' | 'account' | 'roles' | 'groups' | 'passwordHash' | 'subject'
>;

/** What changes; what is left out stays. Sessions end only with `endSessions`. */
export interface PersonPatch {
  readonly displayName?: string;
  readonly account?: string;
  readonly roles?: ConsoleRoles;
  readonly groups?: readonly string[];
  readonly passwordHash?: string;
  /** `null`: whoever comes with the person's name next is the person. */
  readonly subject?: string | null;
  readonly disabled?: boolean;
  /** Whether the person signs in now. */
  readonly signedIn?: boolean;
  /** Whether the sessions of the person are over. */
  readonly endSessions?: boolean;
}

export interface ConsolePeople {
  /** False when somebody has this name already, and nothing changes then. */
  addPerson(person: NewConsolePerson): Promise<boolean>;
  findPerson(name: string): Promise<ConsolePerson | undefined>;
  /** Whom an identity provider knows as this. */
  findPersonBySubject(subject: string): Promise<ConsolePerson | undefined>;
  /** All of them, by name. */
  listPeople(): Promise<ConsolePerson[]>;
  /** False when there is nobody of this name. */
  changePerson(name: string, patch: PersonPatch): Promise<boolean>;
  /**
   * First in a transaction that counts people: whoever else calls it waits for the end of this one, so that two cannot
   * each rely on what the other takes away.
   */
  holdPeople(): Promise<void>;
}

/** Makes the group of people over a database or a transaction. */
export function createConsolePeople({ db, nowUtc }: StoreParts): ConsolePeople {
  return {
    async addPerson(person) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('console_people')
        .values(newRow(person, nowUtc()))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async findPerson(name) {
      const row = await db
        .selectFrom('console_people')
        .selectAll()
        .where('name', '=', name.toLowerCase())
        .executeTakeFirst();
      return row && toPerson(row);
    },

    async findPersonBySubject(subject) {
      const row = await db.selectFrom('console_people').selectAll().where('subject', '=', subject).executeTakeFirst();
      return row && toPerson(row);
    },

    async listPeople() {
      return (await db.selectFrom('console_people').selectAll().orderBy('name').execute()).map(toPerson);
    },

    async changePerson(name, patch) {
      const { numUpdatedRows } = await db
        .updateTable('console_people')
        .set((row) => ({
          ...changedColumns(patch, nowUtc()),
          epoch: patch.endSessions ? row('epoch', '+', 1) : undefined,
        }))
        .where('name', '=', name.toLowerCase())
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async holdPeople() {
      await db
        .updateTable('console_people')
        .set((row) => ({ epoch: row.ref('epoch') }))
        .where('kind', '=', 'local')
        .execute();
    },
  };
}

function newRow(person: NewConsolePerson, atUtc: string): Insertable<ConsolePersonTable> {
  const { name, kind, displayName, account, roles, groups, passwordHash, subject } = person;
  return {
    name: name.toLowerCase(),
    kind,
    display_name: displayName,
    account,
    roles: toJson(roles),
    groups: toJson(groups),
    password_hash: passwordHash ?? null,
    subject: subject ?? null,
    epoch: 1,
    disabled_at_utc: null,
    signed_in_at_utc: null,
    created_at_utc: atUtc,
    updated_at_utc: atUtc,
  };
}

/** What is `undefined` stays as it is. */
function changedColumns(patch: PersonPatch, atUtc: string): Updateable<ConsolePersonTable> {
  const { displayName, account, roles, groups, passwordHash, subject, disabled, signedIn } = patch;
  return {
    display_name: displayName,
    account,
    roles: roles && toJson(roles),
    groups: groups && toJson(groups),
    password_hash: passwordHash,
    subject,
    disabled_at_utc: disabled === undefined ? undefined : disabled ? atUtc : null,
    signed_in_at_utc: signedIn ? atUtc : undefined,
    updated_at_utc: atUtc,
  };
}

function toPerson(row: Selectable<ConsolePersonTable>): ConsolePerson {
  return {
    name: row.name,
    kind: row.kind,
    displayName: row.display_name,
    account: row.account,
    roles: fromJson(row.roles) as ConsoleRoles,
    groups: fromJson(row.groups) as string[],
    passwordHash: row.password_hash ?? undefined,
    subject: row.subject ?? undefined,
    epoch: row.epoch,
    disabledAtUtc: row.disabled_at_utc ?? undefined,
    signedInAtUtc: row.signed_in_at_utc ?? undefined,
    createdAtUtc: row.created_at_utc,
  };
}
