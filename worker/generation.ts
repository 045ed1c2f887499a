import type { Client } from '@temporalio/client';
import {
  createMainActivities,
  createSiteActivities,
  createSiteBulkActivities,
} from '../activities/create-activities.ts';
import { createCheckActivities } from '../activities/checks.ts';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { createLocalActivities, type LocalActivities } from '../activities/local-steps.ts';
import { createMailActivities } from '../activities/mail/create-mail-activities.ts';
import { createMailTransport } from '../activities/mail/transport.ts';
import { paceOf } from '../activities/pace.ts';
import type { OutgoingMail } from '../activities/promotion-types.ts';
import { createQrsClients } from '../activities/qrs/client/qrs-clients.ts';
import { createTrialActivities } from '../activities/trial/create-trial-activities.ts';
import type { Logger } from '../common/logger.ts';
import { servedSites } from '../config/lookup.ts';
import type { Surroundings } from '../config/prepare.ts';
import { configOfTrial } from '../config/trial.ts';
import type { Config } from '../config/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ensureSiteWatch } from '../temporal/ensure-site-watch.ts';
import { isRunning, runningSince } from '../temporal/is-running.ts';
import { outcomeOf } from '../temporal/outcome-of.ts';
import { signals, startAttributes, taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';
import { createAlertParts } from './alert-parts.ts';
import { openArtifacts } from './open-artifacts.ts';
import { openVersions } from './open-versions.ts';
import { ownerResolver } from './owner-resolver.ts';
import { watchQueues } from './watch-queues.ts';
import type { FleetActivities } from './worker-fleet.ts';

export interface GenerationOptions {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly logger: Logger;
  /** How many sweeps of each site the ledger had come to; shared by all that this process makes. */
  readonly sweepsSeen: Map<string, number>;
  readonly nowUtc: () => string;
  /** Where settings that are tried take paths and variables from. */
  readonly surroundings: Surroundings;
}

/** What steps work with under one configuration: clients, stores, and the steps over them. */
export interface Generation {
  /** Called once; the task queues are looked at from then on. */
  activities(client: Client): FleetActivities;
  /** Looks at the task queues no more; steps may go on. Safe to repeat. */
  retire(): void;
  /** As `retire`, and closes what it opened itself: sites, mail, alerts. Safe to repeat. */
  close(): Promise<void>;
}

/** Makes the clients and stores of a configuration, and the activities over them. */
export function makeGeneration(options: GenerationOptions): Generation {
  const { config, ledger, logger, sweepsSeen, nowUtc, surroundings } = options;
  const clients = createQrsClients(config, logger);
  const transport = createMailTransport();
  const artifacts = openArtifacts(config);
  const versions = openVersions(config);
  const resolveOwner = ownerResolver((site) => clients.get(site));
  const mail = createMailActivities({ config: () => config, ledger, transport, logger, resolveOwner });
  const configOf = (trial: Parameters<typeof configOfTrial>[1]): Config => configOfTrial(config, trial, surroundings);
  const alerts = createAlertParts({ config, ledger, mail: transport, startMail, logger, nowUtc });
  const dependencies = (client: Client): ActivityDependencies => ({
    config: () => config,
    ledger,
    qrs: (site) => clients.get(site),
    artifacts,
    versions,
    nudge: (site, appId) => nudge(client, config, site, appId),
    startMail: (one) => startMail(client, config, one),
    isRunning: (workflowId) => isRunning(client, workflowId),
    runningSince: (workflowId) => runningSince(client, workflowId),
    ensureWatch: (site) => ensureSiteWatch(client, site, config),
    outcomeOf: (workflowId) => outcomeOf(client, workflowId),
    sweepsSeen,
    logger,
    nowUtc,
  });
  const stopping = new AbortController();
  let watching = Promise.resolve();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stopping.abort();
    await watching;
    await clients.close();
    await alerts.close();
    transport.close();
  };
  return {
    activities(client) {
      const deps = dependencies(client);
      const trials = createTrialActivities({ ...deps, configOf, resolveOwner });
      watching = watchQueues({ client, config, ledger, logger }, stopping.signal);
      return {
        main: { ...withoutSite(deps), ...mail, ...trials, ...alerts.activities(client) },
        site: () => ({ ...atSites(deps), ...trials }),
        siteBulk: () => createSiteBulkActivities(deps),
      };
    },
    retire: () => stopping.abort(),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** What the worker of workflows does, looks at the sites that it serves among it. */
function withoutSite(deps: ActivityDependencies): object {
  return { ...createMainActivities(deps), ...createCheckActivities(deps), ...localActivities(deps) };
}

/** Small transfers are among the short steps. */
function atSites(deps: ActivityDependencies): object {
  return { ...createSiteActivities(deps), ...createSiteBulkActivities(deps), ...createCheckActivities(deps) };
}

function localActivities(deps: ActivityDependencies): LocalActivities {
  const config = deps.config();
  const sites = new Set(servedSites(config));
  return createLocalActivities({
    activities: createSiteActivities(deps),
    serves: (site) => sites.has(site),
    isPaused: async (site) => (await deps.ledger.pauseOf(site)) !== undefined,
    slots: config.worker.siteSlots,
  });
}

/** As a promotion hands a mail on; one that is being sent already is the same mail. */
async function startMail(client: Client, config: Config, mail: OutgoingMail): Promise<void> {
  const { mail: pace, heartbeatMs } = paceOf(config);
  await client.workflow.start(workflowTypes.notify, {
    workflowId: workflowIds.notify(mail.promotionKey, mail.key),
    taskQueue: taskQueues.main(config.temporal.taskQueue),
    args: [{ mail, pace, heartbeatMs }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${mail.mail.kind} mail`,
  });
}

/** Starts an app's promotion, or has the running one look again. Safe to repeat. */
async function nudge(client: Client, config: Config, site: string, appId: string): Promise<void> {
  await client.workflow.signalWithStart(workflowTypes.promotion, {
    workflowId: workflowIds.promotion(site, appId),
    taskQueue: taskQueues.main(config.temporal.taskQueue),
    args: [{ site, appId, heartbeatMs: config.timeouts.heartbeatMs }],
    signal: signals.look,
    signalArgs: [],
    searchAttributes: startAttributes.promotion({ site, appId }),
    staticSummary: `app ${appId} of ${site}`,
  });
}
