import type { Selectable } from 'kysely';
import { fromJson, jsonPatch, toJson, toJsonOrNull } from './columns.ts';
import type { StoreParts } from './store.ts';
import type { MailTable } from './tables.ts';

export type MailState = 'queued' | 'sent' | 'failed';

/** A mail as it is now. In an update, what is left out stays as it is. */
export interface MailInput {
  readonly messageId: string;
  readonly promotionKey?: string;
  readonly kind: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** The text that was sent, where it is worth keeping. */
  readonly text?: string;
  /** All that is needed to send it, for whoever finds it unsent. No secrets. */
  readonly order?: unknown;
  readonly state: MailState;
  /** How often sending was tried; 0: nobody has taken it up yet. */
  readonly attempts?: number;
  readonly lastError?: string | null;
}

export interface Mail {
  readonly messageId: string;
  readonly promotionKey?: string;
  readonly kind: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly order?: unknown;
  readonly state: MailState;
  readonly attempts: number;
  readonly lastError?: string;
  readonly createdAtUtc: string;
  readonly updatedAtUtc: string;
}

export interface MailFilter {
  readonly promotionKey?: string;
  readonly state?: MailState;
  /** Only mails that were last written at or after this time. */
  readonly updatedFromUtc?: string;
  /** Only mails that were last written before this time. */
  readonly updatedToUtc?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

export interface Mails {
  /** The state that the mail now has. A sent mail stays sent: a later call changes nothing. Safe to repeat. */
  upsertMail(mail: MailInput): Promise<{ state: MailState }>;
  /** The mail, or `undefined`. */
  getMail(messageId: string): Promise<Mail | undefined>;
  /** Mails, oldest first. */
  listMails(filter?: MailFilter): Promise<Mail[]>;
}

/** Makes the mails group over a database or a transaction. */
export function createMails({ db, nowUtc }: StoreParts): Mails {
  return {
    async upsertMail(mail) {
      const now = nowUtc();
      const written = await db
        .insertInto('mails')
        .values(newRow(mail, now))
        .onConflict((conflict) =>
          conflict
            .column('message_id')
            .doUpdateSet({
              promotion_key: mail.promotionKey,
              kind: mail.kind,
              recipients: toJson(mail.to),
              subject: mail.subject,
              text: mail.text,
              // What is sent needs no sending any more.
              mail_order: mail.state === 'sent' ? null : jsonPatch(mail.order),
              state: mail.state,
              attempts: mail.attempts,
              last_error: mail.lastError,
              updated_at_utc: now,
            })
            .where('mails.state', '<>', 'sent'),
        )
        .returning('state')
        .executeTakeFirst();
      return { state: written?.state ?? 'sent' };
    },

    async getMail(messageId) {
      const row = await db.selectFrom('mails').selectAll().where('message_id', '=', messageId).executeTakeFirst();
      return row && toMail(row);
    },

    async listMails({ promotionKey, state, updatedFromUtc, updatedToUtc, limit = 1000 } = {}) {
      let query = db.selectFrom('mails').selectAll();
      if (promotionKey !== undefined) query = query.where('promotion_key', '=', promotionKey);
      if (state !== undefined) query = query.where('state', '=', state);
      if (updatedFromUtc !== undefined) query = query.where('updated_at_utc', '>=', updatedFromUtc);
      if (updatedToUtc !== undefined) query = query.where('updated_at_utc', '<', updatedToUtc);
      const rows = await query.orderBy('created_at_utc').orderBy('message_id').limit(limit).execute();
      return rows.map(toMail);
    },
  };
}

function newRow(mail: MailInput, nowUtc: string): MailTable {
  return {
    message_id: mail.messageId,
    promotion_key: mail.promotionKey ?? null,
    kind: mail.kind,
    recipients: toJson(mail.to),
    subject: mail.subject,
    text: mail.text ?? null,
    mail_order: toJsonOrNull(mail.order),
    state: mail.state,
    attempts: mail.attempts ?? 0,
    last_error: mail.lastError ?? null,
    created_at_utc: nowUtc,
    updated_at_utc: nowUtc,
  };
}

function toMail(row: Selectable<MailTable>): Mail {
  return {
    messageId: row.message_id,
    promotionKey: row.promotion_key ?? undefined,
    kind: row.kind,
    to: fromJson(row.recipients) as string[],
    subject: row.subject,
    text: row.text ?? undefined,
    order: fromJson(row.mail_order),
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    createdAtUtc: row.created_at_utc,
    updatedAtUtc: row.updated_at_utc,
  };
}
