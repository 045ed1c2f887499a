import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waitFor } from '../harness/wait-for.ts';
import { ENV, event, settingsYaml, sign, TENANT, type Yaml } from './make-gateway.ts';

const main = path.resolve(import.meta.dirname, '..', '..', 'gateway', 'main.ts');

/** A gateway in a process of its own. */
export interface Service {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  /** Whether the process still runs. */
  readonly isAlive: () => boolean;
  /** What it keeps after a collection, and its highest resident memory; only `gateway-in-child.ts` answers. */
  memory(): Promise<{ readonly keptBytes: number; readonly peakBytes: number }>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Asks it to end; the exit code. */
  stop(): Promise<number | null>;
}

export interface ServiceOptions {
  /** Holds its settings, and whatever they name. */
  readonly folder: string;
  readonly brokerUrl: string;
  readonly change?: (yaml: Yaml) => void;
  /** The program to run. Default: that of the gateway. */
  readonly program?: string;
}

const everyService = new Set<Service>();

/** Ends every gateway that was started here. */
export async function killServices(): Promise<void> {
  for (const service of everyService) await service.kill();
  everyService.clear();
}

/** Starts a gateway with settings of its own; resolves when it listens. */
export async function startService({ folder, brokerUrl, change, program = main }: ServiceOptions): Promise<Service> {
  const file = path.join(folder, 'gateway.yaml');
  const yaml = settingsYaml((settings) => {
    settings['listen'] = { port: 0 };
    settings['broker'] = { url: brokerUrl, reconnectEvery: 50, publishTimeout: '1s', connectTimeout: '1s' };
    change?.(settings);
  });
  await writeFile(file, yaml);
  const child = spawn(process.execPath, [program, file], {
    env: { ...process.env, ...ENV },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await waitFor('the gateway to listen', () => /listens on (http:\/\/[^/]+)/.exec(output)?.[1]);
  const service: Service = {
    url,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    memory: () =>
      new Promise((resolve) => {
        child.once('message', (memory) => resolve(memory as { keptBytes: number; peakBytes: number }));
        child.send('memory');
      }),
    pid: child.pid ?? 0,
    output: () => output,
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    stop: () => end(child),
  };
  everyService.add(service);
  return service;
}

function end(child: ChildProcess, signal?: 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (signal) child.kill(signal);
  else child.send('shutdown');
  return ended;
}

/** Sends a signed event; the status, or nothing where the gateway went away meanwhile. */
export async function post(service: Service, body = event(), secret?: string): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', 'qlik-signature': sign(body, secret) };
  try {
    const response = await fetch(`${service.url}/events/${TENANT}`, { method: 'POST', body, headers });
    await response.text();
    return response.status;
  } catch {
    return undefined;
  }
}

/** Waits until it has said so. */
export function connected(service: Service): Promise<boolean> {
  return waitFor('the broker to be connected', () => service.output().includes('connected to the broker'));
}
