import type { ParsedConfig } from './schema.ts';
import type { SecretRef } from './secret-ref.ts';

export type { SecretRef } from './secret-ref.ts';

type Require<T, Keys extends keyof T> = Omit<T, Keys> & { readonly [K in Keys]-?: NonNullable<T[K]> };

type ParsedSite = ParsedConfig['sites'][string];
type ParsedSource = ParsedConfig['sources'][string];

/** One Qlik Sense site. */
export interface SiteConfig extends Require<ParsedSite, 'label' | 'publicHost'> {
  readonly alias: string;
}

/** Who may decide, and how long a decision is waited for (`reminderMs` 0 = none, `expireMs` 0 = never). */
export type ApprovalConfig = ParsedSource['approval'];

/** A stream of a source; its `approval` is complete: what it does not say itself is the source's. */
export interface StreamConfig {
  readonly alert: readonly string[];
  readonly approval: ApprovalConfig;
}

/** A site that apps are promoted from. `targets` and `sweepMs` are filled in. */
export interface SourceConfig extends Omit<Require<ParsedSource, 'sweepMs' | 'targets'>, 'streams'> {
  readonly alias: string;
  readonly streams: Readonly<Record<string, StreamConfig>>;
}

/** A site that apps are promoted to. */
export interface TargetConfig extends Readonly<ParsedConfig['targets'][string]> {
  readonly alias: string;
}

/** The installation; its secret is always there (made at first use when nobody set one). */
export interface InstallationConfig {
  readonly id: string;
  readonly secret: SecretRef;
}

/** A tenant of Qlik Cloud; its links are filled in, its address has no slash at the end. */
export type TenantConfig = Require<ParsedConfig['alerts']['tenants'][string], 'qmcUrl' | 'hubUrl'> & {
  readonly alias: string;
};

/** Failed reloads in Qlik Cloud, and who hears of them. */
export type AlertsConfig = Omit<ParsedConfig['alerts'], 'tenants'> & {
  readonly tenants: Readonly<Record<string, TenantConfig>>;
};

export type AlertDestinations = AlertsConfig['destinations'];
export type ListenerConfig = Require<ParsedConfig['listener'], 'publicUrl'>;
/** The console; its public address is filled in, without a slash at the end. */
export type ConsoleConfig = Require<ParsedConfig['console'], 'publicUrl'>;
export type VersioningConfig = ParsedConfig['versioning'];
export type VerifyConfig = ParsedConfig['verify'];
export type ArtifactsConfig = ParsedConfig['artifacts'];
export type MailConfig = ParsedConfig['mail'];
export type LedgerConfig = ParsedConfig['ledger'];
export type TemporalConfig = ParsedConfig['temporal'];
export type WorkerConfig = ParsedConfig['worker'];
export type TimeoutsConfig = ParsedConfig['timeouts'];
export type RetryConfig = ParsedConfig['retry'];
export type LoggingConfig = ParsedConfig['logging'];
export type ConfigurationConfig = ParsedConfig['configuration'];
export type StagingConfig = ParsedConfig['staging'];
/** How an S3 bucket is reached. */
export type ObjectStoreConfig = NonNullable<ArtifactsConfig['s3']>;

/**
 * Everything that Waybill can be told, with every default filled in. Names that end in `Ms` are milliseconds, in
 * `Bytes` bytes; paths are absolute; secrets are references.
 */
export interface Config {
  readonly installation: InstallationConfig;
  readonly configuration: ConfigurationConfig;
  readonly dataFolder: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly sites: Readonly<Record<string, SiteConfig>>;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly targets: Readonly<Record<string, TargetConfig>>;
  readonly verify: VerifyConfig;
  readonly versioning: VersioningConfig;
  readonly artifacts: ArtifactsConfig;
  readonly mail: MailConfig;
  readonly alerts: AlertsConfig;
  readonly ledger: LedgerConfig;
  readonly temporal: TemporalConfig;
  readonly listener: ListenerConfig;
  readonly console: ConsoleConfig;
  readonly worker: WorkerConfig;
  readonly timeouts: TimeoutsConfig;
  readonly retry: RetryConfig;
  readonly logging: LoggingConfig;
  readonly staging: StagingConfig;
}
