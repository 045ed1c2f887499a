import { isDeepStrictEqual } from 'node:util';
import {
  createTransport,
  type NodemailerError,
  type SMTPPoolOptions,
  type SMTPPoolSentMessageInfo,
  type Transporter,
} from 'nodemailer';
import { waybillError } from '../../common/errors/catalogue.ts';
import { classifySmtpError, safeReason } from './classify-smtp-error.ts';
import type { SmtpSettings } from './mail-settings.ts';
import { type SmtpOptions, smtpOptions } from './smtp-options.ts';

/** A mail as it goes over the wire. Every address is bare. */
export interface WireMail {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly dateUtc: string;
  /** Everybody who is addressed: the `To` header. */
  readonly to: readonly string[];
  /** Who of them is still to get it; default all. */
  readonly deliverTo?: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody to whom the server would not deliver; `temporary` where a later try may succeed. */
export interface RefusedRecipient {
  readonly address: string;
  readonly response: string;
  readonly temporary: boolean;
}

/** A mail that the server took for at least one recipient. */
export interface WireOutcome {
  readonly accepted: readonly string[];
  readonly refused: readonly RefusedRecipient[];
  /** The server's answer to the mail. */
  readonly response: string;
}

export interface MailTransport {
  /**
   * Sends a mail over a connection that is kept for the next one, and returns when the server has taken it. Safe to
   * repeat only as mail is: the same mail twice, with the same Message-ID.
   *
   * @throws WAYBILL_MAIL_TEMPORARY (retryable), WAYBILL_MAIL_REJECTED, _LOGIN, _CERTIFICATE, _NO_STARTTLS, _TLS,
   *   _SETTING; never with a password in it
   */
  send(settings: SmtpSettings, mail: WireMail, signal?: AbortSignal): Promise<WireOutcome>;
  /** Closes the kept connections; a mail in flight ends first. */
  close(): void;
}

type Pool = Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>;

/** A transport over SMTP. Changed settings (a new password, too) count from the next mail on. */
export function createMailTransport(): MailTransport {
  let current: { readonly smtp: SmtpOptions; readonly pool: Pool } | undefined;

  const poolFor = (smtp: SmtpOptions): Pool => {
    if (current !== undefined && isDeepStrictEqual(current.smtp.options, smtp.options)) return current.pool;
    current?.pool.close();
    const pool = createTransport({
      ...smtp.options,
      pool: true,
      maxConnections: 2,
      maxRequeues: 2,
      idleTimeout: 60_000,
    });
    current = { smtp, pool };
    return pool;
  };

  return {
    async send(settings, mail, signal) {
      const smtp = await smtpOptions(settings);
      try {
        const info = await poolFor(smtp).sendMail(message(settings, mail, withDeadline(settings, signal)));
        return outcome(info, smtp.secrets);
      } catch (error) {
        throw classifySmtpError(error, { settings, secrets: smtp.secrets });
      }
    },
    close() {
      current?.pool.close();
      current = undefined;
    },
  };
}

function message(settings: SmtpSettings, mail: WireMail, signal: AbortSignal) {
  const { from, replyTo } = settings;
  if (from === undefined) throw waybillError('WAYBILL_MAIL_SETTING', { setting: 'mail.from', reason: 'it is not set' });
  const to = mail.to.map((address) => ({ name: '', address }));
  return {
    from,
    replyTo,
    to,
    envelope: { from, to: [...(mail.deliverTo ?? mail.to)] },
    messageId: mail.messageId,
    date: new Date(mail.dateUtc),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...mail.headers },
    signal,
  };
}

/** The socket timeout starts anew with every byte; this ends a conversation that only trickles. */
function withDeadline({ timeouts }: SmtpSettings, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(timeouts.connectMs + timeouts.greetingMs + 3 * timeouts.socketMs);
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}

function outcome(info: SMTPPoolSentMessageInfo, secrets: readonly string[]): WireOutcome {
  return {
    accepted: info.accepted.map(String),
    refused: (info.rejectedErrors ?? []).map((error) => refused(error, secrets)),
    response: safeReason(info.response, secrets),
  };
}

function refused(error: NodemailerError, secrets: readonly string[]): RefusedRecipient {
  return {
    address: error.recipient ?? '',
    response: safeReason(error.response ?? error.message, secrets),
    temporary: error.permanent !== true,
  };
}
