import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Config } from '../../config/types.ts';
import { configFromYaml } from '../../config/load.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import type { QrsSite } from '../../sandbox/qrs/site.ts';
import type { QrsSwitches } from '../../sandbox/qrs/switches.ts';
import { startQrsSite } from '../../sandbox/qrs/start-site.ts';
import { type Inbox, startInbox } from '../../sandbox/inbox/start-inbox.ts';
import { type StartedWorker, startWorker } from '../../worker/start-worker.ts';
import { memoryLogger, type MemoryLogger } from './memory-logger.ts';
import { endWorkflows } from './end-workflows.ts';
import { type TestTemporal, testTemporal, waybillBundle } from './temporal.ts';
import { waitFor } from './wait-for.ts';

export interface WorldOptions {
  /** Target aliases beside `dev`. Default test and prod. */
  readonly targets?: readonly string[];
  readonly switches?: Partial<QrsSwitches>;
  /** Changes the configuration before it is parsed. Aliases are those of `world.alias`. */
  readonly change?: (yaml: Yaml, alias: (name: string) => string) => void;
  readonly mail?: boolean;
  /** The property for target and mode takes any value, as where an administrator left the choices out. */
  readonly anyServer?: boolean;
  /** host:port of a Temporal server, outside of a test run. Default: that of the run. */
  readonly temporalAddress?: string;
  /** What stands on the sites before Waybill is started for the first time. */
  readonly before?: (site: (name: string) => QrsSite, alias: (name: string) => string) => Promise<void> | void;
}

// oxlint-disable-next-line typescript/no-explicit-any
export type Yaml = Record<string, any>;

/** Sites and mailbox, and Waybill at work among them. */
export interface World {
  readonly folder: string;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly temporal: TestTemporal;
  readonly logger: MemoryLogger;
  readonly inbox: Inbox;
  readonly sites: Readonly<Record<string, QrsSite>>;
  /** `dev` as this world calls it. */
  alias(name: string): string;
  site(name: string): QrsSite;
  close(): Promise<void>;
}

/** A world with a worker in this process, against the Temporal server of the run. */
export interface WorkerWorld extends World {
  worker: StartedWorker;
  /** Stops the worker and starts another, as a restart does. */
  restartWorker(): Promise<void>;
}

export const REP = 'COMPANY\\rep';
export const MANAGER = 'COMPANY\\manager';

/** What Waybill meets: sites with users, streams `Sales` and `Finance` and the promotion properties, and a mailbox. */
export interface Surroundings extends Pick<World, 'folder' | 'inbox' | 'sites' | 'alias'> {
  readonly suffix: string;
  /** A configuration for them, without Temporal. */
  readonly yaml: Yaml;
  close(): Promise<void>;
}

/** Starts sites and mailbox, without Waybill. */
export async function startSurroundings(options: WorldOptions = {}): Promise<Surroundings> {
  const suffix = randomBytes(3).toString('hex');
  const alias = (name: string): string => `${name}-${suffix}`;
  const names = ['dev', ...(options.targets ?? ['test', 'prod'])];
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-world-'));
  const inbox = await startInbox({ tls: 'none' });
  const sites: Record<string, QrsSite> = {};
  for (const name of names) sites[name] = await openSite(folder, name, alias(name), options.switches ?? {});
  furnish(sites, options.anyServer ? [] : names.slice(1), alias);
  await options.before?.((name) => sites[name]!, alias);
  const yaml = configOf(sites, names, alias, inbox, options.mail ?? true);
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(sites).map((site) => site.close()));
    await inbox.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { suffix, alias, folder, inbox, sites, yaml, close };
}

/** Starts sites, mailbox, and Waybill's worker in this process. */
export async function startWorld(options: WorldOptions = {}): Promise<WorkerWorld> {
  const { suffix, alias, folder, inbox, sites, yaml, close } = await startSurroundings(options);
  const temporal = await testTemporal(options.temporalAddress);
  yaml['temporal'] = { address: temporal.address, taskQueue: `waybill-${suffix}` };
  options.change?.(yaml, alias);
  const config = configFromYaml(stringify(yaml), folder, {});
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const logger = memoryLogger();
  const { codePath } = await waybillBundle();
  const start = (): Promise<StartedWorker> =>
    startWorker({
      config,
      ledger,
      logger,
      surroundings: { folder, env: {} },
      bundlePath: codePath,
      handleSignals: false,
    });
  const world: WorkerWorld = {
    folder,
    config,
    ledger,
    temporal,
    logger,
    inbox,
    sites,
    worker: await start(),
    alias,
    site: (name) => sites[name]!,
    async restartWorker() {
      await world.worker.close();
      world.worker = await start();
    },
    async close() {
      await world.worker.close();
      await endWorkflows(temporal, `waybill-${suffix}`, suffix);
      await ledger.close();
      await temporal.close();
      await close();
    },
  };
  await waitFor('the first look at the source', async () => ledger.getSiteMemory(alias('dev')));
  return world;
}

async function openSite(folder: string, name: string, alias: string, switches: Partial<QrsSwitches>): Promise<QrsSite> {
  const site = await startQrsSite({ alias, folder: path.join(folder, name), switches });
  for (const user of ['rep', 'manager', 'other']) {
    site.actAs.createUser({ directory: 'COMPANY', id: user, name: user, email: `${user}@company.example` });
  }
  site.actAs.createStream('Sales');
  if (name !== 'prod') site.actAs.createStream('Finance');
  return site;
}

function furnish(sites: Record<string, QrsSite>, targets: readonly string[], alias: (name: string) => string): void {
  const { actAs } = sites['dev']!;
  const choices = targets.flatMap((name) => [`${alias(name)} - Overwrite`, `${alias(name)} - Duplicate`]);
  actAs.createProperty('PromoteToServer', choices);
  for (const name of ['PromoteToStream', 'PromotionApproval', 'PromotionUnpublish', 'PromotionS3Versioning']) {
    actAs.createProperty(name);
  }
  actAs.createProperty('PromoteOnReload');
  actAs.createProperty('EmailAlertOnPublishTo', ['True'], ['Stream']);
}

function configOf(
  sites: Record<string, QrsSite>,
  names: readonly string[],
  alias: (name: string) => string,
  inbox: Inbox,
  mail: boolean,
): Yaml {
  return {
    installation: { id: 'test' },
    sites: Object.fromEntries(
      names.map((name) => {
        const site = sites[name]!;
        const publicHost = `qlik-${name}.company.example`;
        return [
          alias(name),
          { hosts: [site.host], port: site.port, certificates: site.certificatesFolder, publicHost },
        ];
      }),
    ),
    sources: {
      [alias('dev')]: { watch: 'poll', sweep: '300ms', streams: { Sales: { alert: ['manager@company.example'] } } },
    },
    targets: Object.fromEntries(names.slice(1).map((name) => [alias(name), {}])),
    mail: {
      enabled: mail,
      host: inbox.host,
      port: inbox.port,
      tls: 'none',
      from: 'waybill@company.example',
      operators: ['operator@company.example'],
      retry: { first: '200ms', max: '1s' },
    },
    timeouts: { heartbeatEvery: '200ms', heartbeat: '5s' },
    retry: {
      read: { first: '50ms', factor: 2, max: '500ms' },
      write: { first: '100ms', factor: 2, max: '500ms' },
      recheck: '500ms',
      lookAfter: '150ms',
      paused: '100ms',
      lock: { first: '50ms', max: '300ms' },
    },
    worker: { shutdownGrace: '2s' },
  };
}
