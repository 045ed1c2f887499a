import { createHash } from 'node:crypto';
import type { MailFacts, MailKind, Recipients } from './mail-kinds.ts';

/** What one mail is told apart by. */
export interface MailIdentity {
  readonly installationId: string;
  readonly promotionKey: string;
  /**
   * Unique with the promotion key. Default: the kind, with its `nth` or its time where it can come more than once, and
   * the audience where it is not the usual one.
   */
  readonly key?: string;
  readonly mail: MailFacts;
  readonly recipients: Recipients;
}

/** Whom a kind is for by its nature; another audience shows in the id, for it is another mail. */
const naturalAudience: Partial<Record<MailKind, Recipients['to']>> = {
  publishAlert: 'stream',
  reapproval: 'stream',
  reminder: 'stream',
  escalation: 'escalation',
  trouble: 'operators',
  tenantTrouble: 'operators',
  tenantTroubleOver: 'operators',
  test: 'explicit',
};

/** Kinds that the same app or site can ask for again and again, without a decision that tells them apart. */
const repeatingKinds: readonly MailKind[] = [
  'publishAlert',
  'reapproval',
  'decisionProblem',
  'reminder',
  'escalation',
  'expired',
  'trouble',
  'tenantTrouble',
  'tenantTroubleOver',
  'test',
];

/**
 * `<promotionKey.kind[.n]@installation.waybill>`: the same for every try of one mail, different for any two mails.
 * Pure.
 */
export function messageIdOf(identity: MailIdentity): string {
  const { installationId, promotionKey, key, mail, recipients } = identity;
  const parts = [promotionKey, ...(key === undefined ? [defaultKey(mail), audience(mail.kind, recipients)] : [key])];
  const local = parts
    .filter((part) => part !== '')
    .map(idPart)
    .join('.');
  return `<${local}@${idPart(installationId)}.waybill>`;
}

function defaultKey(mail: MailFacts): string {
  if (mail.nth !== undefined) return `${mail.kind}.${mail.nth}`;
  return repeatingKinds.includes(mail.kind) ? `${mail.kind}.${compactTime(mail.occurredAtUtc)}` : mail.kind;
}

function compactTime(isoUtc: string): string {
  return isoUtc.replaceAll(/[^0-9TZ]/g, '');
}

function audience(kind: MailKind, recipients: Recipients): string {
  if (recipients.to === 'explicit' && kind !== 'test') return `to-${digest(recipients.addresses.join(','))}`;
  return recipients.to === (naturalAudience[kind] ?? 'owner') ? '' : recipients.to;
}

/** The text where it may stand in a Message-ID; else what may stand of it, and a digest of all of it. */
function idPart(text: string): string {
  if (/^[\w-]+(\.[\w-]+)*$/.test(text) && text.length <= 80) return text;
  const readable = text.replaceAll(/[^\w-]+/g, '-').slice(0, 40);
  return `${readable.replaceAll(/^-+|-+$/g, '')}-${digest(text)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
