import type { Selectable } from 'kysely';
import type { StoreParts } from './store.ts';
import type { ConsoleLinkTable } from './console-tables.ts';

/** `set-up`: makes the first person. `password`: lets a person choose a password. */
export type LinkPurpose = 'set-up' | 'password';

export interface ConsoleLink {
  readonly tokenHash: string;
  readonly purpose: LinkPurpose;
  /** Whom it is for; nobody yet where it makes the first person. */
  readonly person?: string;
  readonly expiresAtUtc: string;
}

export interface ConsoleLinks {
  /** Keeps the hash of a one-time link's token. */
  addConsoleLink(link: ConsoleLink): Promise<void>;
  /** The link of this hash, used up by this call; `undefined` when there is none, or it is used or too old. */
  useConsoleLink(tokenHash: string): Promise<ConsoleLink | undefined>;
  /** The same link, where it could be used now. Changes nothing. */
  findConsoleLink(tokenHash: string): Promise<ConsoleLink | undefined>;
  /** Ends the links of a purpose that were not used: all of them, or those for a person. Safe to repeat. */
  endConsoleLinks(which: { readonly purpose: LinkPurpose; readonly person?: string }): Promise<void>;
}

/** Makes the group of one-time links over a database or a transaction. */
export function createConsoleLinks({ db, nowUtc }: StoreParts): ConsoleLinks {
  const goodLink = (tokenHash: string) =>
    db
      .selectFrom('console_links')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('used_at_utc', 'is', null)
      .where('expires_at_utc', '>', nowUtc())
      .executeTakeFirst();

  return {
    async addConsoleLink({ tokenHash, purpose, person, expiresAtUtc }) {
      await db
        .insertInto('console_links')
        .values({
          token_hash: tokenHash,
          purpose,
          person: person ?? null,
          created_at_utc: nowUtc(),
          expires_at_utc: expiresAtUtc,
          used_at_utc: null,
        })
        .execute();
    },

    async useConsoleLink(tokenHash) {
      const row = await goodLink(tokenHash);
      if (!row) return undefined;
      const { numUpdatedRows } = await db
        .updateTable('console_links')
        .set({ used_at_utc: nowUtc() })
        .where('token_hash', '=', tokenHash)
        .where('used_at_utc', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return undefined;
      return toLink(row);
    },

    async findConsoleLink(tokenHash) {
      const row = await goodLink(tokenHash);
      return row && toLink(row);
    },

    async endConsoleLinks({ purpose, person }) {
      const ended = db
        .updateTable('console_links')
        .set({ used_at_utc: nowUtc() })
        .where('purpose', '=', purpose)
        .where('used_at_utc', 'is', null);
      await (person === undefined ? ended : ended.where('person', '=', person)).execute();
    },
  };
}

function toLink(row: Selectable<ConsoleLinkTable>): ConsoleLink {
  return {
    tokenHash: row.token_hash,
    purpose: row.purpose,
    person: row.person ?? undefined,
    expiresAtUtc: row.expires_at_utc,
  };
}
