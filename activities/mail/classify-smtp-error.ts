import type { NodemailerError } from 'nodemailer';
import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { oneLine, shorten } from './clean-text.ts';
import type { SmtpSettings } from './mail-settings.ts';

/** Node's codes for a certificate that does not verify. */
const certificateCode =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERROR_IN_CERT|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME)/;
const tlsCode = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/;

/** What the classifier knows of the conversation. `secrets` are texts that must not appear in any error. */
export interface SmtpTalk {
  readonly settings: SmtpSettings;
  readonly secrets: readonly string[];
}

/**
 * The Waybill error of a failed SMTP conversation. Pure.
 *
 * - answers 4xx, network trouble and silence: `WAYBILL_MAIL_TEMPORARY` (retryable)
 * - answers 5xx: `WAYBILL_MAIL_REJECTED`
 * - a refused login: `WAYBILL_MAIL_LOGIN`; a temporary refusal (454) is temporary
 * - TLS: `WAYBILL_MAIL_CERTIFICATE`, `WAYBILL_MAIL_NO_STARTTLS`, `WAYBILL_MAIL_TLS`
 */
export function classifySmtpError(error: unknown, talk: SmtpTalk): WaybillError {
  if (isWaybillError(error)) return error;
  const failure = error as NodemailerError;
  const facts = { ...serverFacts(talk.settings), reason: reasonOf(failure, talk) };
  const answeredLater = failure.responseCode !== undefined && failure.permanent !== true;
  if (failure.responseCode === undefined && certificateCode.test(causeCode(failure))) {
    return waybillError('WAYBILL_MAIL_CERTIFICATE', { ...facts, host: talk.settings.host });
  }
  if (!answeredLater && isLoginCode(failure.code)) return loginError(talk.settings, facts);
  if (!answeredLater && lacksStartTls(failure)) return waybillError('WAYBILL_MAIL_NO_STARTTLS', facts);
  if (failure.responseCode === undefined && tlsCode.test(causeCode(failure))) {
    return waybillError('WAYBILL_MAIL_TLS', facts);
  }
  return isRefusedForGood(failure)
    ? waybillError('WAYBILL_MAIL_REJECTED', facts)
    : waybillError('WAYBILL_MAIL_TEMPORARY', facts);
}

/** An SMTP answer or network message, in one line, short, and without the secrets of the conversation. */
export function safeReason(text: string, secrets: readonly string[]): string {
  const hidden = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, Buffer.from(secret).toString('base64')])
    .reduce((masked, secret) => masked.replaceAll(secret, '********'), text);
  return shorten(oneLine(hidden), 400);
}

function serverFacts({ host, port }: SmtpSettings): { server: string } {
  return { server: `${host ?? '(mail.host is not set)'}:${port}` };
}

function causeCode({ originalCode, code }: NodemailerError): string {
  return originalCode ?? code ?? '';
}

function isLoginCode(code: string | undefined): boolean {
  return code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2';
}

function loginError(settings: SmtpSettings, facts: { server: string; reason: string }): WaybillError {
  const login = settings.login;
  return waybillError('WAYBILL_MAIL_LOGIN', {
    ...facts,
    user: login?.user ?? 'nobody (mail.login is not set)',
    passwordFrom: login?.password.describe() ?? 'not set',
  });
}

/** STARTTLS was required and the server said no, or it could not even greet in the extended way. */
function lacksStartTls({ command, code, message }: NodemailerError): boolean {
  return (command === 'STARTTLS' && code === 'ETLS') || /required STARTTLS/.test(message);
}

/** A 5xx answer, or a fault of the mail itself that no repeat mends. 503 is about the session, so it is not. */
function isRefusedForGood({ permanent, responseCode, code }: NodemailerError): boolean {
  if (responseCode !== undefined) return permanent === true;
  return code === 'EENVELOPE' || code === 'EMESSAGE' || code === 'ECONFIG';
}

function reasonOf(failure: NodemailerError, { settings, secrets }: SmtpTalk): string {
  const waits = {
    CONNECT_TIMEOUT: `no connection within ${settings.timeouts.connectMs} ms (mail.timeouts.connect)`,
    GREETING_TIMEOUT: `no greeting within ${settings.timeouts.greetingMs} ms (mail.timeouts.greeting); a server that expects TLS from the first byte needs mail.tls implicit`,
    UPGRADE_TIMEOUT: `the TLS handshake did not end in time (mail.timeouts.connect)`,
    SOCKET_TIMEOUT: `the server said nothing for ${settings.timeouts.socketMs} ms (mail.timeouts.socket)`,
  };
  if (failure.timeoutType !== undefined) return waits[failure.timeoutType];
  const text = failure.response ?? failure.message;
  const code = failure.originalCode;
  return safeReason(code === undefined || text.includes(code) ? text : `${text} (${code})`, secrets);
}
