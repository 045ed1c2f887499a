import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/types.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { connectTemporal, type TemporalClient } from '../temporal/connect.ts';
import { type DevServer, startDevServer } from '../temporal/dev-server.ts';
import { createLogger } from '../common/logger.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../workflows/contract.ts';
import { freePorts } from '../starter/demo/free-ports.ts';
import type { SandboxAddresses } from './processes/sandbox-process.ts';
import { type BenchChild, startChild } from './processes/start-child.ts';
import { connectQmc, type Qmc } from './qmc.ts';

// oxlint-disable-next-line typescript/no-explicit-any
export type Yaml = Record<string, any>;

export interface StageOptions {
  /** The first is the source. */
  readonly sites: readonly string[];
  /** Changes the configuration, which is made of defaults otherwise. */
  readonly change?: (yaml: Yaml) => void;
}

/** Sites, Temporal, listener and worker, each in a process of its own; this process drives them. */
export interface Stage {
  readonly folder: string;
  readonly config: Config;
  readonly sandbox: BenchChild<SandboxAddresses>;
  readonly worker: BenchChild<true>;
  readonly listener: BenchChild<string>;
  readonly temporal: TemporalClient;
  readonly temporalPid: number;
  readonly ledger: Ledger;
  readonly qmc: Qmc;
  /** Removes all exported files, so that the next one is written anew and the disk does not fill. */
  forgetArtifacts(): Promise<void>;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 100;

/** Starts everything with the product's defaults; resolves when every source site is watched by callbacks. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-bench-'));
  const opened: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).toReversed()) await end();
  };
  try {
    return await openAll(options, folder, opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openAll(
  { sites, change }: StageOptions,
  folder: string,
  opened: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Stage> {
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    opened.push(() => part.stop());
    return part;
  };
  const sandboxFolder = path.join(folder, 'sandbox');
  const sandbox = keep(await startChild<SandboxAddresses>('sandbox', { folder: sandboxFolder, sites }));
  const configFile = path.join(folder, 'waybill.yaml');
  const yaml = await yamlOf(sandbox.ready, path.join(folder, 'data'));
  change?.(yaml);
  await writeFile(configFile, stringify(yaml));
  const config = await loadConfig(configFile);
  await mkdir(config.dataFolder, { recursive: true });
  const server = keep(await startTemporal(config));
  const worker = keep(await startChild<true>('worker', { configFile }));
  const listener = keep(await startChild<string>('listener', { configFile }));
  const temporal = await connectTemporal({ config });
  opened.push(() => temporal.close());
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  opened.push(() => ledger.close());
  await untilWatched(temporal, config);
  const qmc = connectQmc(sandbox.ready.control);
  const forgetArtifacts = (): Promise<void> => emptyFolder(path.join(config.artifacts.folder, 'objects'));
  const parts = { folder, config, sandbox, worker, listener, temporal, temporalPid: server.pid, ledger, qmc };
  return { ...parts, forgetArtifacts, close };
}

async function startTemporal(config: Config): Promise<DevServer> {
  const logger = await createLogger({ ...config.logging, level: 'silent' });
  return startDevServer({ config, environment: process.env, logger });
}

/** The smallest configuration for these sites; everything that is not named has its default. */
async function yamlOf(addresses: SandboxAddresses, dataFolder: string): Promise<Yaml> {
  const [source = '', ...targets] = Object.keys(addresses.sites);
  const [listener, temporal, temporalUi] = await freePorts(3);
  const sites = Object.entries(addresses.sites).map(([alias, { host, port, certificates }]) => {
    return [alias, { hosts: [host], port, certificates }] as const;
  });
  return {
    installation: { id: 'bench' },
    dataFolder,
    sites: Object.fromEntries(sites),
    sources: { [source]: {} },
    targets: Object.fromEntries(targets.map((alias) => [alias, {}])),
    mail: { enabled: true, ...addresses.inbox, tls: 'none', from: 'waybill@company.example' },
    listener: { port: listener },
    temporal: { devServer: { port: temporal, uiPort: temporalUi } },
    console: { enabled: false },
    logging: { file: 'waybill.log' },
  };
}

async function untilWatched({ client }: TemporalClient, config: Config): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const asked = Object.keys(config.sources).map((site) =>
      client.workflow.getHandle(workflowIds.siteWatch(site)).query<SiteWatchStatus>(queries.status),
    );
    const statuses = await Promise.all(asked).catch(() => undefined);
    if (statuses?.every((status) => status.subscribed && status.lastSweepUtc !== undefined)) return;
    if (Date.now() > deadline) throw new Error('the source sites are not watched');
    await wait(LOOK_EVERY_MS);
  }
}

async function emptyFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((name) => rm(path.join(folder, name), { recursive: true, force: true })));
}
