import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { AlertChannelInput, AlertItem, ReloadAlertInput, ReloadNews } from '../../workflows/contract.ts';
import type { PostJson } from '../chat/post-json.ts';
import type { MailTransport } from '../mail/transport.ts';
import type { QlikCloudClient } from '../qlik-cloud/cloud-client.ts';

/** Something about a tenant that operators have to mend. */
export interface AlertTrouble {
  readonly tenant: string;
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
  /** Default: now. */
  readonly sinceUtc?: string;
  /** Alerts were lost by it, which are not sent again. */
  readonly isGivenUp?: boolean;
}

/** It is over, and nobody has to do anything any more. */
export interface AlertTroubleOver {
  readonly tenant: string;
  readonly code: string;
  readonly sinceUtc: string;
  readonly isOver: true;
}

/** What the steps of alerts work with. Only `worker/` makes the real ones. */
export interface AlertDependencies {
  /** The configuration as it is now; asked at every use. */
  readonly config: () => Config;
  readonly ledger: Ledger;
  /** The client of a tenant by alias. @throws WAYBILL_CLOUD_TENANT_UNKNOWN */
  readonly cloud: (tenant: string) => QlikCloudClient;
  readonly mail: MailTransport;
  readonly post: PostJson;
  /** Publishes to the broker of `alerts.broker` at QoS 1. @throws WAYBILL_ALERT_BROKER */
  readonly publish: (topic: string, body: string, retain: boolean) => Promise<void>;
  /** Starts the alert of a reload, or tells the running one more. Safe to repeat. */
  readonly tellReload: (input: ReloadAlertInput, news: ReloadNews) => Promise<void>;
  /** Hands something to a channel, which starts where it does not run. Safe to repeat. */
  readonly handToChannel: (input: AlertChannelInput, item: AlertItem) => Promise<void>;
  readonly isRunning: (workflowId: string) => Promise<boolean>;
  /** What the alert of a reload came to, as Temporal remembers it; undefined for one that it does not know or that failed. */
  readonly outcomeOf: (workflowId: string) => Promise<'alerted' | 'passed' | undefined>;
  /** Tells the operators of something by mail, once for each `about`. */
  readonly tellOperators: (about: string, trouble: AlertTrouble | AlertTroubleOver) => Promise<void>;
  readonly logger: Logger;
  readonly nowUtc: () => string;
}
