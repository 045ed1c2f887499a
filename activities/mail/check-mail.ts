import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { WaybillError } from '../../common/errors/waybill-error.ts';
import { classifySmtpError } from './classify-smtp-error.ts';
import { distinctAddresses } from '../../common/mail-address.ts';
import type { MailContext, MailLogger, SmtpSettings } from './mail-settings.ts';
import { messageIdOf } from './message-id.ts';
import { renderMail } from './render-mail.ts';
import { type SmtpOptions, smtpOptions } from './smtp-options.ts';
import { createMailTransport } from './transport.ts';

/**
 * One step of the check. `not-needed`: the settings ask for none; `not-reached`: an earlier step failed. `detail` is
 * for people; `code` and `remedy` are those of the error.
 */
export interface MailCheckStep {
  readonly step: 'settings' | 'connection' | 'encryption' | 'login' | 'test-mail';
  readonly result: 'ok' | 'failed' | 'not-needed' | 'not-reached';
  readonly detail: string;
  readonly code?: string;
  readonly remedy?: string;
}

export interface MailCheck {
  readonly ok: boolean;
  readonly steps: readonly MailCheckStep[];
}

export interface MailCheckOptions {
  /** Who gets the test mail; none is sent without. */
  readonly to?: readonly string[];
  readonly requestedBy?: string;
  readonly logger: MailLogger;
}

const stepNames = ['settings', 'connection', 'encryption', 'login', 'test-mail'] as const;

/**
 * Talks to the mail server as a mail would, step by step, and says how far that came: settings, connection, TLS,
 * login and, with `to`, a test mail. Works with settings that are not saved or not enabled yet. Never throws for
 * what it finds; safe to repeat (each call with `to` is one more test mail).
 */
export async function checkMail(context: MailContext, options: MailCheckOptions): Promise<MailCheck> {
  const done: MailCheckStep[] = [];
  try {
    const smtp = await checkSettings(context.mail);
    done.push(okStep('settings', `${context.mail.host}:${context.mail.port}, from ${context.mail.from}`));
    done.push(...(await checkConversation(context.mail, smtp)));
    if (done.every(({ result }) => result !== 'failed')) done.push(await checkTestMail(context, options));
  } catch (error) {
    done.push(failedStep(stepNames[done.length] ?? 'test-mail', classify(error, context.mail, [])));
  }
  const missing = stepNames.slice(done.length).map((step) => ({ step, result: 'not-reached' as const, detail: '' }));
  return { ok: done.every(({ result }) => result !== 'failed'), steps: [...done, ...missing] };
}

async function checkSettings(settings: SmtpSettings): Promise<SmtpOptions> {
  const smtp = await smtpOptions(settings);
  if (settings.from === undefined) {
    throw waybillError('WAYBILL_MAIL_SETTING', { setting: 'mail.from', reason: 'it is not set' });
  }
  return smtp;
}

async function checkConversation(settings: SmtpSettings, { options, secrets }: SmtpOptions): Promise<MailCheckStep[]> {
  const connection = new SMTPConnection(options);
  connection.on('error', () => undefined);
  const steps: MailCheckStep[] = [];
  try {
    await connect(connection);
    steps.push(okStep('connection', 'the server answered'), encryptionStep(connection));
    steps.push(await loginStep(connection, options));
    connection.quit();
  } catch (error) {
    const found = classify(error, settings, secrets);
    if (steps.length === 0 && isAboutTls(found)) steps.push(okStep('connection', 'the server answered'));
    steps.push(failedStep(stepNames[steps.length + 1] ?? 'login', found));
    connection.close();
  }
  return steps;
}

function connect(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('Connection closed')));
    connection.connect((error) => (error === undefined ? resolve() : reject(error)));
  });
}

function encryptionStep(connection: SMTPConnection): MailCheckStep {
  const socket = connection._socket;
  if (!(socket instanceof TLSSocket)) {
    return { step: 'encryption', result: 'not-needed', detail: 'plain text: mails and login are readable on the way' };
  }
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  return okStep(
    'encryption',
    `${socket.getProtocol() ?? 'TLS'}, certificate of ${String(subject?.CN ?? 'the server')}, valid until ${validTo}`,
  );
}

async function loginStep(connection: SMTPConnection, { auth }: SmtpOptions['options']): Promise<MailCheckStep> {
  if (auth === undefined) return { step: 'login', result: 'not-needed', detail: 'mail.login is not set' };
  await new Promise<void>((resolve, reject) => {
    const credentials = { user: auth.user ?? '', pass: auth.pass ?? '' };
    connection.login({ user: auth.user, credentials }, (error) => (error === null ? resolve() : reject(error)));
  });
  return okStep('login', `as ${auth.user ?? ''}`);
}

async function checkTestMail(context: MailContext, options: MailCheckOptions): Promise<MailCheckStep> {
  const { addresses, invalid } = distinctAddresses(options.to ?? []);
  if (invalid.length > 0) {
    const reason = `${invalid.join(', ')}: no mail address`;
    return failedStep('test-mail', waybillError('WAYBILL_MAIL_SETTING', { setting: 'the test address', reason }));
  }
  if (addresses.length === 0) return { step: 'test-mail', result: 'not-needed', detail: 'no address was given' };
  const transport = createMailTransport();
  try {
    const { accepted, refused } = await transport.send(context.mail, await testMail(context, addresses, options));
    const detail = [`taken for ${accepted.join(', ')}`, ...refused.map((one) => `${one.address}: ${one.response}`)];
    return refused.length === 0
      ? okStep('test-mail', detail.join('; '))
      : { step: 'test-mail', result: 'failed', detail: detail.join('; '), code: 'WAYBILL_MAIL_REJECTED' };
  } catch (error) {
    return failedStep('test-mail', classify(error, context.mail, []));
  } finally {
    transport.close();
  }
}

async function testMail(context: MailContext, addresses: readonly string[], { requestedBy, logger }: MailCheckOptions) {
  const occurredAtUtc = new Date().toISOString();
  const mail = { kind: 'test', occurredAtUtc, requestedBy } as const;
  const messageId = messageIdOf({
    installationId: context.installation.id,
    promotionKey: 'check',
    mail,
    recipients: { to: 'explicit', addresses },
  });
  return { ...(await renderMail(context, mail, logger)), messageId, dateUtc: occurredAtUtc, to: addresses };
}

function isAboutTls({ code }: WaybillError): boolean {
  return ['WAYBILL_MAIL_CERTIFICATE', 'WAYBILL_MAIL_NO_STARTTLS', 'WAYBILL_MAIL_TLS'].includes(code);
}

function classify(error: unknown, settings: SmtpSettings, secrets: readonly string[]): WaybillError {
  return classifySmtpError(error, { settings, secrets });
}

function okStep(step: MailCheckStep['step'], detail: string): MailCheckStep {
  return { step, result: 'ok', detail };
}

function failedStep(step: MailCheckStep['step'], { code, message, remedy }: WaybillError): MailCheckStep {
  return { step, result: 'failed', detail: message, code, remedy };
}
