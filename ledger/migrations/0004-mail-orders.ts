import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/** A mail that nobody sent yet can be sent by whoever finds it, also when Temporal has forgotten it. */
export function mailOrders({ text }: DialectWords): Migration {
  return { up: (db) => runStatements(db, [`alter table mails add column mail_order ${text}`]) };
}
