import { spawn } from 'node:child_process';
import { copyFile, mkdir, open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { configFromYaml } from '../../../config/load.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { devServerArguments } from '../../../temporal/dev-server-arguments.ts';
import { findServer } from '../../../temporal/find-server.ts';
import { frontendServes } from '../../../temporal/server-ready.ts';
import { memoryLogger } from '../../harness/memory-logger.ts';
import { testTemporal } from '../../harness/temporal.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { startSurroundings, type World, type WorldOptions, type Yaml } from '../../harness/world.ts';
import { freePorts, waybill } from '../../starter/waybill-process.ts';
import { killable, type KillableProcess, type Running } from './killable-process.ts';

export type ProcessName = 'worker' | 'listener' | 'temporal';

/** A world in which Waybill and its Temporal server are processes that can be killed. */
export interface KillableWorld extends World {
  readonly processes: Readonly<Record<ProcessName, KillableProcess>>;
  readonly configFile: string;
  /** The database of the Temporal server. */
  readonly temporalFile: string;
  /** The ledger as it is now: another one after a restore. */
  ledger: Ledger;
  /** With worker and listener killed, puts a backup in the ledger's place; the ledger that was lost. */
  restoreLedger(backup: string): Promise<Ledger>;
}

const IP = '127.0.0.1';
/** On a machine that does much else at the same time. */
const STARTS_WITHIN_MS = 180_000;

export interface KillableOptions extends WorldOptions {
  /** The `bin/waybill.js` that worker and listener are run with, asked at each start. Default: that of this checkout. */
  readonly program?: () => string | undefined;
}

/** Starts sites, mailbox, Temporal, worker and listener; resolves when the source has taken its first callback. */
export async function startKillableWorld(options: KillableOptions = {}): Promise<KillableWorld> {
  const surroundings = await startSurroundings(options);
  const { folder, alias, yaml, sites } = surroundings;
  const [port = 0, listenerPort = 0] = await freePorts(2);
  configure(yaml, alias('dev'), `${IP}:${port}`, listenerPort);
  options.change?.(yaml, alias);
  const config = configFromYaml(stringify(yaml), folder, {});
  await mkdir(config.dataFolder, { recursive: true });
  const configFile = path.join(folder, 'waybill.yaml');
  await writeFile(configFile, stringify(yaml));
  const temporalFile = path.join(folder, 'temporal.db');
  const run = (command: 'worker' | 'listener', says: string): Promise<Running> =>
    runWaybill([command, '--config', configFile, '--log-level', 'warn'], says, options.program?.());
  const processes = {
    temporal: killable(() => runTemporal(folder, temporalFile, port)),
    worker: killable(() => run('worker', 'The worker is running.')),
    listener: killable(() => run('listener', 'The listener is running.')),
  };
  await processes.temporal.start();
  await Promise.all([processes.listener.start(), processes.worker.start()]);
  const temporal = await testTemporal(`${IP}:${port}`);
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  await waitFor('the source to be watched', () => sites['dev']!.subscriptions().length > 0);
  await waitFor('the first look at the source', async () => ledger.getSiteMemory(alias('dev')));
  const { inbox, alias: aliasOf } = surroundings;
  const site = (name: string) => sites[name]!;
  const parts = { folder, config, configFile, temporalFile, temporal, inbox, sites };
  const opened = [ledger];
  const world: KillableWorld = {
    ...parts,
    ledger,
    logger: memoryLogger(),
    processes,
    alias: aliasOf,
    site,
    async restoreLedger(backup) {
      await Promise.all([processes.worker.kill(), processes.listener.kill()]);
      await world.ledger.close();
      const { file } = config.ledger;
      for (const end of ['', '-wal', '-shm']) await rename(`${file}${end}`, `${file}.lost${end}`).catch(unlessMissing);
      await copyFile(backup, file);
      world.ledger = await openLedger({ kind: 'sqlite', file });
      const lost = await openLedger({ kind: 'sqlite', file: `${file}.lost` });
      opened.push(world.ledger, lost);
      return lost;
    },
    async close() {
      await Promise.all([processes.worker.kill(), processes.listener.kill()]);
      await temporal.close().catch(() => undefined);
      await processes.temporal.kill();
      for (const one of opened) await one.close();
      await surroundings.close();
    },
  };
  return world;
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Callbacks, with a sweep that finds within seconds what a killed listener missed. */
function configure(yaml: Yaml, source: string, address: string, listenerPort: number): void {
  yaml['temporal'] = { address, taskQueue: 'waybill' };
  yaml['listener'] = { port: listenerPort };
  yaml['sources'][source].watch = 'callback';
  yaml['sources'][source].sweep = '2s';
  // What a killed worker was doing is found out by its missing heartbeat.
  yaml['timeouts'] = { heartbeatEvery: '200ms', heartbeat: '2s' };
  yaml['worker'].takeOver = '500ms';
  yaml['logging'] = { file: 'waybill.log' };
}

/** Starts a command of Waybill; resolves when it has said that. */
export async function runWaybill(args: readonly string[], says: string, program?: string): Promise<Running> {
  const run = waybill(args, program ? { program } : {});
  await run.says(says, STARTS_WITHIN_MS);
  return { child: run.child, ended: run.ended };
}

/** Starts a Temporal server with its database in a file; resolves when it serves. */
export async function runTemporal(folder: string, databaseFile: string, port: number): Promise<Running> {
  const { path: program } = await findServer({ download: true, build: true, environment: process.env });
  const log = await open(path.join(folder, 'temporal-server.log'), 'a');
  const args = devServerArguments({ ip: IP, port, namespace: 'default', databaseFile, forTests: true });
  const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve())).then(() => log.close());
  await waitFor('the Temporal server', () => frontendServes(`${IP}:${port}`, 'default'));
  return { child, ended };
}
