import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { cancelSignal, deliveredBefore, rememberDelivered } from './delivered-before.ts';
import { lookUpRecipients, type ResolveOwner } from './look-up-recipients.ts';
import type { MailFacts, Recipients } from './mail-kinds.ts';
import type { MailContext, MailLogger } from './mail-settings.ts';
import { messageIdOf } from './message-id.ts';
import { type RenderedMail, renderMail } from './render-mail.ts';
import { createMailTransport, type MailTransport, type WireOutcome } from './transport.ts';

/** A mail as the ledger has it. */
export interface MailRow {
  readonly state: string;
  readonly kind: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly attempts: number;
  readonly lastError?: string;
}

/** Where mails are written down; the ledger's mails group fits. A mail that was sent stays sent. */
export interface MailLedger {
  getMail(messageId: string): Promise<MailRow | undefined>;
  upsertMail(mail: {
    readonly messageId: string;
    readonly promotionKey?: string;
    readonly kind: string;
    readonly to: readonly string[];
    readonly subject: string;
    readonly text?: string;
    readonly state: 'queued' | 'sent' | 'failed';
    readonly attempts?: number;
    readonly lastError?: string | null;
  }): Promise<unknown>;
}

export interface SendMailInput {
  readonly promotionKey: string;
  /** Unique with the promotion key; part of the Message-ID. Default: see `messageIdOf`. */
  readonly key?: string;
  readonly mail: MailFacts;
  readonly recipients: Recipients;
}

/**
 * - `sent`: the server took it for `accepted`; `rejected` were refused for good.
 * - `off`: mails, or mails to owners, are switched off.
 * - `nobody`: there is no address to send it to; `reason` says which setting would give one.
 */
export type SendMailOutcome =
  | {
      readonly outcome: 'sent';
      readonly messageId: string;
      readonly accepted: readonly string[];
      readonly rejected: readonly { readonly address: string; readonly response: string }[];
      readonly response: string;
    }
  | { readonly outcome: 'off' }
  | { readonly outcome: 'nobody'; readonly reason: string };

export interface MailActivities {
  readonly sendMail: (input: SendMailInput) => Promise<SendMailOutcome>;
  /** Writes down that a mail which still waits to be sent is given up. Safe to repeat; a sent mail stays sent. */
  readonly giveUpMail: (input: SendMailInput) => Promise<void>;
}

export interface MailDependencies {
  /** The configuration as it is now; asked once a mail. */
  readonly config: () => MailContext;
  readonly ledger: MailLedger;
  /** Default: one of its own. Give one to be able to close its connections. */
  readonly transport?: MailTransport;
  readonly logger: MailLogger;
  readonly resolveOwner?: ResolveOwner;
}

type Dependencies = MailDependencies & { readonly transport: MailTransport };

/** The step that sends a mail. */
export function createMailActivities(dependencies: MailDependencies): MailActivities {
  const transport = dependencies.transport ?? createMailTransport();
  return {
    sendMail: (input) => sendMail({ ...dependencies, transport }, input),
    giveUpMail: (input) => giveUpMail(dependencies, input),
  };
}

async function giveUpMail({ config, ledger }: MailDependencies, input: SendMailInput): Promise<void> {
  const messageId = messageIdOf({ ...input, installationId: config().installation.id });
  const known = await ledger.getMail(messageId);
  if (known?.state !== 'queued') return;
  const { kind, to, subject, lastError } = known;
  const reason = `given up after ${known.attempts} tries; the last one: ${lastError ?? 'no answer'}`;
  await ledger.upsertMail({ messageId, kind, to, subject, state: 'failed', lastError: reason });
}

/**
 * Sends one mail and writes it down: `queued`, then `sent` or `failed`. Addresses and words are made from the
 * configuration as it is now.
 *
 * Safe to repeat: every try bears the same Message-ID, a mail that the ledger knows as sent is not sent again, and
 * recipients whom the server took it for are left out of a later try of the same activity. What remains possible:
 * the same mail twice, with the same id, when the answer of the server or the worker was lost.
 *
 * @throws WAYBILL_MAIL_TEMPORARY (retryable) also when some recipients were put off; WAYBILL_MAIL_REJECTED, _LOGIN,
 *   _CERTIFICATE, _NO_STARTTLS, _TLS, _SETTING (not retryable)
 */
async function sendMail(dependencies: Dependencies, input: SendMailInput): Promise<SendMailOutcome> {
  const { ledger, logger } = dependencies;
  const context = dependencies.config();
  const { promotionKey, mail, recipients } = input;
  if (isOff(context, input)) return { outcome: 'off' };
  const messageId = messageIdOf({ ...input, installationId: context.installation.id });
  const known = await ledger.getMail(messageId);
  if (known?.state === 'sent') {
    return { outcome: 'sent', messageId, accepted: known.to, rejected: [], response: 'sent before' };
  }

  const { addresses, reason, warnings } = await lookUpRecipients(recipients, context, dependencies);
  for (const warning of warnings) logger.warn({ messageId, promotionKey, warning }, 'a mail goes elsewhere');
  const rendered = await renderMail(context, mail, logger);
  const row = {
    messageId,
    promotionKey,
    kind: mail.kind,
    to: addresses,
    subject: rendered.subject,
    text: rendered.text,
    attempts: (known?.attempts ?? 0) + 1,
  };
  if (addresses.length === 0) {
    const why = reason ?? 'there is no address';
    logger.warn({ messageId, promotionKey, reason: why }, 'a mail has nobody to go to');
    await ledger.upsertMail({ ...row, state: 'failed', lastError: why });
    return { outcome: 'nobody', reason: why };
  }
  await ledger.upsertMail({ ...row, state: 'queued' });
  return deliver(dependencies, { input, context, rendered, row });
}

interface Delivery {
  readonly input: SendMailInput;
  readonly context: MailContext;
  readonly rendered: RenderedMail;
  readonly row: Omit<Parameters<MailLedger['upsertMail']>[0], 'state'>;
}

async function deliver(dependencies: Dependencies, delivery: Delivery): Promise<SendMailOutcome> {
  const { logger } = dependencies;
  const { row } = delivery;
  const before = deliveredBefore();
  try {
    const outcome = await overTheWire(dependencies.transport, delivery, before);
    const accepted = [...before, ...outcome.accepted];
    throwIfPutOff(delivery.context, outcome, accepted);
    const rejected = outcome.refused.map(({ address, response }) => ({ address, response }));
    const lastError =
      rejected.length === 0 ? null : rejected.map((one) => `${one.address}: ${one.response}`).join('; ');
    if (lastError !== null)
      logger.warn({ messageId: row.messageId, rejected }, 'a mail was refused for some recipients');
    await note(dependencies, { ...row, to: accepted, state: 'sent', lastError });
    return { outcome: 'sent', messageId: row.messageId, accepted, rejected, response: outcome.response };
  } catch (error) {
    const isLater = isWaybillError(error) && error.retryable;
    await note(dependencies, { ...row, state: isLater ? 'queued' : 'failed', lastError: (error as Error).message });
    throw error;
  }
}

async function overTheWire(
  transport: MailTransport,
  { input, context, rendered, row }: Delivery,
  before: readonly string[],
): Promise<WireOutcome> {
  const deliverTo = row.to.filter((address) => !before.includes(address));
  if (deliverTo.length === 0) return { accepted: [], refused: [], response: 'sent before' };
  const headers = { 'X-Waybill-Promotion': input.promotionKey, 'X-Waybill-Kind': input.mail.kind };
  const dateUtc = input.mail.occurredAtUtc;
  const mail = { ...rendered, messageId: row.messageId, dateUtc, to: row.to, deliverTo, headers };
  try {
    return await transport.send(context.mail, mail, cancelSignal());
  } catch (error) {
    // Others have got it in an earlier try: for those who are left, this is a refusal and not the end of the mail.
    if (before.length === 0 || !isWaybillError(error) || error.code !== 'WAYBILL_MAIL_REJECTED') throw error;
    const response = String(error.facts.reason);
    return { accepted: [], refused: deliverTo.map((address) => ({ address, response, temporary: false })), response };
  }
}

/** Only a mail that is tried again needs to know who has it: what is sent whole stands in the ledger. */
function throwIfPutOff({ mail }: MailContext, { refused }: WireOutcome, accepted: readonly string[]): void {
  const putOff = refused.filter(({ temporary }) => temporary);
  if (putOff.length === 0) return;
  rememberDelivered(accepted);
  const reason = putOff.map(({ address, response }) => `${address}: ${response}`).join('; ');
  throw waybillError('WAYBILL_MAIL_TEMPORARY', { server: `${mail.host ?? ''}:${mail.port}`, reason });
}

/** What became of a try is known: a ledger that cannot say so now must not make the mail go out again. */
async function note({ ledger, logger }: Dependencies, row: Parameters<MailLedger['upsertMail']>[0]): Promise<void> {
  try {
    await ledger.upsertMail(row);
  } catch (error) {
    logger.warn({ err: error, messageId: row.messageId, state: row.state }, 'the ledger could not be told of a mail');
  }
}

/** Whether such mails are switched off. */
export function isOff({ mail }: Pick<MailContext, 'mail'>, input: Pick<SendMailInput, 'mail' | 'recipients'>): boolean {
  const isForOwner = input.recipients.to === 'owner' && ['approved', 'denied', 'results'].includes(input.mail.kind);
  return !mail.enabled || (isForOwner && !mail.ownerMails);
}
