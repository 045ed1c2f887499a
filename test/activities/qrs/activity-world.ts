import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asyncLocalStorage, CancelledFailure, Context, type Info } from '@temporalio/activity';
import { noopMetricMeter } from '@temporalio/common';
import { stringify } from 'yaml';
import {
  createMainActivities,
  createSiteActivities,
  createSiteBulkActivities,
  type MainActivities,
  type SiteActivities,
  type SiteBulkActivities,
} from '../../../activities/create-activities.ts';
import type { ArtifactStore } from '../../../activities/artifacts/artifact-store.ts';
import { openArtifactStore } from '../../../activities/artifacts/open-artifact-store.ts';
import type { ActivityDependencies } from '../../../activities/dependencies.ts';
import { createQrsClients } from '../../../activities/qrs/client/qrs-clients.ts';
import type { VersionStore } from '../../../activities/s3/version-store.ts';
import { configFromYaml } from '../../../config/load.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import type { QrsSite } from '../../../sandbox/qrs/site.ts';
import { startQrsSite } from '../../../sandbox/qrs/start-site.ts';
import { defaultSwitches } from '../../../sandbox/qrs/switches.ts';
import { memoryLogger, type MemoryLogger } from '../../harness/memory-logger.ts';

const LONG_AGO = '2020-01-01T00:00:00.000Z';

export const REP = 'COMPANY\\rep';
export const MANAGER = 'COMPANY\\manager';
export const API = 'INTERNAL\\sa_api';

// oxlint-disable-next-line typescript/no-explicit-any -- what a configuration holds before it is checked
export type Yaml = Record<string, any>;

export type AllActivities = MainActivities & SiteActivities & SiteBulkActivities;

/** The two sites, the ledger, the artifact folder, and the activities over them; no Temporal server. */
export interface ActivityWorld {
  readonly dev: QrsSite;
  readonly prod: QrsSite;
  readonly ledger: Ledger;
  readonly logger: MemoryLogger;
  readonly artifacts: ArtifactStore;
  /** What the activities were to nudge: `site appId`. */
  readonly nudged: string[];
  /** Mails whose sending was started: `promotionKey key`. */
  readonly startedMails: string[];
  /** Sweeps that were seen of each source; undefined: as if each step ran in a worker of its own. */
  sweepsSeen: Map<string, number> | undefined;
  /** Ids of the workflows that Temporal would say are running. */
  readonly running: Set<string>;
  /** This host's clock stands still at it while it is set. */
  nowUtc: string | undefined;
  versions: VersionStore | undefined;
  /** Runs a step as one attempt of an activity. */
  run<T>(step: (activities: AllActivities) => Promise<T>, attempt?: Attempt): Promise<T>;
  /** Runs what an activity is made of, as `run`. */
  inside<T>(step: (deps: ActivityDependencies) => Promise<T>, attempt?: Attempt): Promise<T>;
  /** Another configuration, until `mend`. */
  configure(change: (yaml: Yaml) => void): void;
  /** Ends faults, switches, another configuration and another time. */
  mend(): void;
  close(): Promise<void>;
}

export interface Attempt {
  /** Default 1. */
  readonly attempt?: number;
  readonly signal?: AbortSignal;
}

/** Starts the sites `dev` and `prod`, each with users, the streams Sales and Finance, and the promotion properties. */
export async function startActivityWorld(): Promise<ActivityWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-activities-'));
  const [dev, prod] = await Promise.all([openSite(folder, 'dev'), openSite(folder, 'prod')]);
  const yaml = yamlOf(dev, prod);
  let config = configFromYaml(stringify(yaml), folder, {});
  const standard = config;
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  // Waybill has long known the site: nothing in these tests is older than its first look.
  await ledger.putSiteMemory('dev', { firstStartUtc: LONG_AGO, watermarkUtc: LONG_AGO });
  const artifacts = await openArtifactStore(config.artifacts);
  const logger = memoryLogger();
  const clients = createQrsClients(config, logger);
  const deps: ActivityDependencies = {
    config: () => config,
    ledger,
    qrs: (site) => clients.get(site),
    artifacts: async () => artifacts,
    versions: async () => world.versions ?? Promise.reject(new Error('no version store in this test')),
    nudge: async (site, appId) => void world.nudged.push(`${site} ${appId}`),
    startMail: async ({ promotionKey, key }) => void world.startedMails.push(`${promotionKey} ${key}`),
    runningSince: async () => undefined,
    isRunning: async (workflowId) => world.running.has(workflowId),
    ensureWatch: async () => undefined,
    outcomeOf: async () => undefined,
    // Where a test says nothing of it, it writes what is remembered of a site as it likes.
    get sweepsSeen() {
      return world.sweepsSeen ?? new Map<string, number>();
    },
    logger,
    nowUtc: () => world.nowUtc ?? new Date().toISOString(),
  };
  const activities = {
    ...createMainActivities(deps),
    ...createSiteActivities(deps),
    ...createSiteBulkActivities(deps),
  };
  const world: ActivityWorld = {
    dev,
    prod,
    ledger,
    logger,
    artifacts,
    nudged: [],
    startedMails: [],
    sweepsSeen: undefined,
    running: new Set(),
    nowUtc: undefined,
    versions: undefined,
    run: (step, attempt) => inAttempt(() => step(activities), attempt),
    inside: (step, attempt) => inAttempt(() => step(deps), attempt),
    configure(change) {
      const changed = structuredClone(yaml);
      change(changed);
      config = configFromYaml(stringify(changed), folder, {});
    },
    mend() {
      config = standard;
      world.nowUtc = undefined;
      world.nudged.length = 0;
      world.startedMails.length = 0;
      world.sweepsSeen = undefined;
      world.running.clear();
      for (const site of [dev, prod]) {
        site.faults.clear();
        Object.assign(site.switches, defaultSwitches);
        site.setClockSkew(0);
      }
    },
    async close() {
      await clients.close(0);
      await ledger.close();
      await Promise.all([dev.close(), prod.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return world;
}

const say = (): void => undefined;
/** Of the activity context itself; the activities write to the world's. */
const silent = { log: say, trace: say, debug: say, info: say, warn: say, error: say };

/**
 * Runs a step in the context that a worker gives to one attempt of an activity. The environment of the test package
 * would do, and loads a whole worker with it, which takes longer than most of these tests.
 */
async function inAttempt<T>(step: () => Promise<T>, { attempt = 1, signal }: Attempt = {}): Promise<T> {
  const controller = new AbortController();
  const cancelled = new Promise<never>((_, reject) =>
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason)),
  );
  cancelled.catch(() => undefined);
  const cancel = (): void => controller.abort(new CancelledFailure('CANCELLED'));
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel);
  const info = { ...infoOfAttempt, attempt } as Info;
  const context = new Context(info, cancelled, controller.signal, say, undefined, silent, noopMetricMeter, {});
  return asyncLocalStorage.run(context, step);
}

const infoOfAttempt: Partial<Info> = {
  taskQueue: 'test',
  activityId: 'test',
  activityType: 'unknown',
  workflowType: 'test',
  namespace: 'default',
  workflowExecution: { workflowId: 'test', runId: '00000000-0000-0000-0000-000000000000' },
};

async function openSite(folder: string, alias: string): Promise<QrsSite> {
  const site = await startQrsSite({ alias, folder: path.join(folder, alias) });
  const { actAs } = site;
  for (const id of ['rep', 'manager', 'other']) actAs.createUser({ directory: 'COMPANY', id, name: id });
  for (const stream of ['Sales', 'Finance']) actAs.createStream(stream);
  for (const name of [
    'PromoteToServer',
    'PromoteToStream',
    'PromotionApproval',
    'PromotionUnpublish',
    'PromotionS3Versioning',
    'PromoteOnReload',
    'Department',
  ]) {
    actAs.createProperty(name);
  }
  actAs.createProperty('EmailAlertOnPublishTo', [], ['Stream']);
  return site;
}

function yamlOf(dev: QrsSite, prod: QrsSite): Yaml {
  const siteOf = ({ host, port, certificatesFolder }: QrsSite) => ({
    hosts: [host],
    port,
    certificates: certificatesFolder,
  });
  return {
    installation: { id: 'test', secret: 'a-secret-of-the-tests' },
    sites: { dev: { ...siteOf(dev), publicHost: 'qlik-dev.company.example' }, prod: siteOf(prod) },
    sources: { dev: { watch: 'poll' } },
    targets: { prod: {} },
    mail: { enabled: true, host: '127.0.0.1', tls: 'none', from: 'waybill@company.example' },
    retry: { lookAfter: '60ms', looks: 3 },
  };
}
