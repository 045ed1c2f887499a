import { readFile } from 'node:fs/promises';
import type { SMTPPoolOptions } from 'nodemailer';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { SmtpSettings } from './mail-settings.ts';

/** Options for nodemailer, and the texts in them that must never be shown. */
export interface SmtpOptions {
  readonly options: SMTPPoolOptions;
  readonly secrets: readonly string[];
}

/**
 * The nodemailer options of the settings, with the password and the authority's file read now. Safe to repeat.
 *
 * @throws WAYBILL_MAIL_SETTING when the host is not set or the file of `mail.ca` cannot be read;
 *   WAYBILL_CONFIG_SECRET_MISSING when the password's source is not there
 */
export async function smtpOptions(settings: SmtpSettings): Promise<SmtpOptions> {
  if (settings.host === undefined) throw settingError('mail.host', 'it is not set');
  const [password, ca] = await Promise.all([settings.login?.password.resolve(), readAuthority(settings.ca)]);
  const user = settings.login?.user;
  const hasLogin = user !== undefined && password !== undefined;
  return {
    options: {
      host: settings.host,
      port: settings.port,
      ...encryption[settings.tls],
      tls: { ca, servername: settings.serverName, rejectUnauthorized: true },
      ...(hasLogin ? { auth: { user, pass: password }, forceAuth: true } : {}),
      connectionTimeout: settings.timeouts.connectMs,
      dnsTimeout: settings.timeouts.connectMs,
      greetingTimeout: settings.timeouts.greetingMs,
      socketTimeout: settings.timeouts.socketMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    secrets: hasLogin ? [password, `\0${user}\0${password}`] : [],
  };
}

const encryption = {
  implicit: { secure: true },
  starttls: { secure: false, requireTLS: true },
  opportunistic: { secure: false },
  none: { secure: false, ignoreTLS: true },
} as const satisfies Record<SmtpSettings['tls'], SMTPPoolOptions>;

async function readAuthority(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw settingError('mail.ca', (error as Error).message, error);
  }
}

function settingError(setting: string, reason: string, cause?: unknown) {
  return waybillError('WAYBILL_MAIL_SETTING', { setting, reason }, { cause });
}
