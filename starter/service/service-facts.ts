import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Config } from '../../config/types.ts';

export const serviceProcesses = ['up', 'worker', 'listener', 'console', 'subscriber', 'gateway'] as const;
export type ServiceProcess = (typeof serviceProcesses)[number];

/** What a service runs, whatever starts it. Paths are absolute. */
export interface ServiceFacts {
  readonly name: string;
  readonly process: ServiceProcess;
  readonly description: string;
  /** Node 24 itself, so that no older one stands in between. */
  readonly program: string;
  readonly arguments: readonly string[];
  readonly workingFolder: string;
  /** Folder for what the process prints, and which it must be able to write to. */
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly account?: string;
  /** How long the process may take to end, in seconds. */
  readonly stopSeconds: number;
  /** The ledger is in a PostgreSQL that may run on this host. */
  readonly withPostgres: boolean;
}

export interface ServiceOptions {
  readonly name?: string;
  readonly process: ServiceProcess;
  /** Absolute path of the configuration, or of the settings of the gateway. */
  readonly configFile: string;
  readonly account?: string;
  /** Undefined for the gateway, which has settings of its own. */
  readonly config?: Config;
  /** The Node to run; default: this one. */
  readonly program?: string;
  /** The `bin/waybill.js` to run; default: this one. */
  readonly script?: string;
}

/** A step under way ends within the grace; what stands below it then closes: queues, ledger, the Temporal server. */
const CLOSING_MS = 40_000;
const GATEWAY_GRACE_MS = 20_000;
const NAME = /^[A-Za-z][A-Za-z0-9]{0,60}$/;

/** What a service of these options runs. @throws WAYBILL_SERVICE_VALUE_UNUSABLE */
export function serviceFacts(options: ServiceOptions): ServiceFacts {
  const { process: kind, configFile, config } = options;
  const name = options.name ?? serviceName(kind);
  if (!NAME.test(name)) throw unusable(name, 'a name is a letter and then letters and digits, as Windows wants it');
  const script = options.script ?? fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));
  const workingFolder = path.dirname(configFile);
  const dataFolder = config?.dataFolder ?? workingFolder;
  const facts: ServiceFacts = {
    name,
    process: kind,
    description: descriptions[kind],
    program: options.program ?? process.execPath,
    arguments: [script, kind, kind === 'gateway' ? '--settings' : '--config', configFile],
    workingFolder,
    dataFolder,
    logFolder: path.join(dataFolder, 'logs'),
    account: options.account,
    stopSeconds: Math.ceil(((config?.worker.shutdownGraceMs ?? GATEWAY_GRACE_MS) + CLOSING_MS) / 1000),
    withPostgres: config?.ledger.kind === 'postgres',
  };
  for (const value of [facts.program, ...facts.arguments, workingFolder, dataFolder, facts.account ?? '']) {
    if (/\p{Cc}/u.test(value)) throw unusable(value, 'it holds a line end or another control character');
  }
  return facts;
}

/** The name where nobody gave one. */
export function serviceName(kind: ServiceProcess): string {
  return kind === 'up' ? 'Waybill' : `Waybill${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

export function unusable(value: string, reason: string): Error {
  return waybillError('WAYBILL_SERVICE_VALUE_UNUSABLE', { value, reason });
}

const descriptions: Readonly<Record<ServiceProcess, string>> = {
  up: 'Waybill: promotes Qlik Sense apps between sites',
  worker: 'Waybill worker: promotes Qlik Sense apps between sites',
  listener: 'Waybill listener: takes callbacks of Qlik Sense sites',
  console: 'Waybill console: the web page of Waybill',
  subscriber: 'Waybill subscriber: takes events of Qlik Cloud from MQTT',
  gateway: 'Waybill gateway: publishes webhooks of Qlik Cloud to MQTT',
};
