import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { AlertDependencies } from '../activities/alerts/alert-dependencies.ts';
import { createAlertActivities } from '../activities/alerts/create-alert-activities.ts';
import type { AlertActivities } from '../activities/alert-types.ts';
import { createPostJson } from '../activities/chat/post-json.ts';
import type { MailTransport } from '../activities/mail/transport.ts';
import type { OutgoingMail } from '../activities/promotion-types.ts';
import { createQlikCloudClients } from '../activities/qlik-cloud/cloud-clients.ts';
import type { Logger } from '../common/logger.ts';
import type { Config } from '../config/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isRunning } from '../temporal/is-running.ts';
import { outcomeOf } from '../temporal/outcome-of.ts';
import { handToChannel, tellReload } from '../temporal/tell-reload.ts';
import { createAlertPublisher } from './alert-publisher.ts';

export interface AlertPartsOptions {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly mail: MailTransport;
  readonly startMail: (client: Client, config: Config, mail: OutgoingMail) => Promise<void>;
  readonly logger: Logger;
  readonly nowUtc: () => string;
}

export interface AlertParts {
  activities(client: Client): AlertActivities;
  /** Ends connections to Qlik Cloud, to destinations and to the broker. Safe to repeat. */
  close(): Promise<void>;
}

/** What one `about` may be told of to the operators: once a day. */
const TELL_WINDOW_MS = 24 * 60 * 60 * 1000;

/** The steps of alerts with all that they work with. */
export function createAlertParts(options: AlertPartsOptions): AlertParts {
  const { config, ledger, mail, logger, nowUtc } = options;
  const clouds = createQlikCloudClients(() => config.alerts, logger);
  const poster = createPostJson();
  const publisher = createAlertPublisher(config, `${hostname()}-${process.pid}`);
  const dependencies = (client: Client): AlertDependencies => {
    const starts = { client, taskQueue: config.temporal.taskQueue };
    return {
      config: () => config,
      ledger,
      cloud: (tenant) => clouds.get(tenant),
      mail,
      post: (message) => poster.post(message),
      publish: (topic, body, retain) => publisher.publish(topic, body, retain),
      tellReload: (input, news) => tellReload(starts, input, news),
      handToChannel: (input, item) => handToChannel(starts, input, item),
      isRunning: (workflowId) => isRunning(client, workflowId),
      outcomeOf: (workflowId) => outcomeOf(client, workflowId),
      tellOperators: (about, trouble) => tellOperators(options, client, about, trouble),
      logger,
      nowUtc,
    };
  };
  let closing: Promise<void> | undefined;
  return {
    activities: (client) => createAlertActivities(dependencies(client)),
    close() {
      closing ??= Promise.all([clouds.close(), poster.close(), publisher.close()]).then(() => undefined);
      return closing;
    },
  };
}

async function tellOperators(
  { config, ledger, startMail, nowUtc }: AlertPartsOptions,
  client: Client,
  about: string,
  trouble: Parameters<AlertDependencies['tellOperators']>[1],
): Promise<void> {
  const { tenant, code } = trouble;
  if (!(await ledger.claimTroubleMail(about, code, TELL_WINDOW_MS))) return;
  const occurredAtUtc = nowUtc();
  const facts = { occurredAtUtc, tenant, url: config.alerts.tenants[tenant]?.url ?? '', code };
  const mail: OutgoingMail['mail'] =
    'isOver' in trouble
      ? { kind: 'tenantTroubleOver', ...facts, sinceUtc: trouble.sinceUtc }
      : {
          kind: 'tenantTrouble',
          ...facts,
          cause: trouble.cause,
          remedy: trouble.remedy,
          sinceUtc: trouble.sinceUtc ?? occurredAtUtc,
          isGivenUp: trouble.isGivenUp,
        };
  await startMail(client, config, {
    promotionKey: about,
    key: `${mail.kind}.${Date.parse(occurredAtUtc)}`,
    mail,
    recipients: { to: 'operators' },
  });
}
