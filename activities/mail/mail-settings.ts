import type { Config, SiteConfig, SourceConfig } from '../../config/types.ts';

/**
 * The `mail` section as this room reads it. Certificates are verified in every mode of `tls` that encrypts; no
 * setting turns that off. With `opportunistic` and `none`, whoever sits between can read mail and login.
 */
export type MailSettings = Omit<Config['mail'], 'retry'>;

/** How to reach the SMTP server and under what name to send. */
export type SmtpSettings = Pick<
  MailSettings,
  'host' | 'port' | 'tls' | 'ca' | 'serverName' | 'login' | 'from' | 'replyTo' | 'timeouts'
>;

/** One site, as far as a mail names it or links to it. */
export type MailSite = Pick<SiteConfig, 'label' | 'publicHost' | 'publicPort' | 'publicPrefix'>;

/** One stream, as far as a mail goes to its people. */
interface MailStream extends Pick<SourceConfig['streams'][string], 'alert'> {
  readonly approval: Pick<SourceConfig['approval'], 'escalateTo'>;
}

/** One watched site, as far as a mail says how to decide there and whom its streams alert. */
export type MailSource = Pick<SourceConfig, 'properties' | 'words' | 'streamAlertMap'> & {
  readonly approval: Pick<SourceConfig['approval'], 'escalateTo'>;
  readonly streams: Readonly<Record<string, MailStream>>;
};

/** What the mail room needs of the configuration; the whole `Config` fits. */
export interface MailContext extends Pick<Config, 'timeZone' | 'locale'> {
  readonly installation: Pick<Config['installation'], 'id'>;
  readonly mail: MailSettings;
  readonly console: Pick<Config['console'], 'enabled' | 'publicUrl'>;
  readonly sites: Readonly<Record<string, MailSite>>;
  readonly sources: Readonly<Record<string, MailSource>>;
}

/** Where the room reports; pino's shape. */
export interface MailLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}
