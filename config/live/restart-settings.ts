import type { SettingPattern } from './setting-pattern.ts';

/** The processes that read the configuration and go on running. */
export const processNames = ['up', 'worker', 'listener', 'subscriber', 'console'] as const;
export type ProcessName = (typeof processNames)[number];

const all = processNames;
const workers = ['up', 'worker'] as const;
const listeners = ['up', 'listener'] as const;
const consoles = ['up', 'console'] as const;
const ledgers = ['up', 'worker', 'subscriber', 'console'] as const;

interface RestartSetting {
  readonly setting: SettingPattern;
  /** The processes that keep the old value until they are started again; the others do not use it, or only to tell. */
  readonly processes: readonly ProcessName[];
  /** Why it cannot be changed beneath a running process: an end of "needs a restart, …". */
  readonly why: string;
}

/**
 * What a running process does not take over. It names whole groups where their settings only make sense together: where
 * stores are, how Temporal is reached, what a port is made of, and what Temporal's workers are created with.
 */
export const restartSettings: readonly RestartSetting[] = [
  { setting: 'installation', processes: all, why: 'for it names what was begun' },
  { setting: 'dataFolder', processes: all, why: 'for what is open lies there' },
  { setting: 'ledger.kind', processes: ledgers, why: 'for the ledger is open' },
  { setting: 'ledger.file', processes: ledgers, why: 'for the ledger is open' },
  { setting: 'ledger.url', processes: ledgers, why: 'for the ledger is open' },
  { setting: 'ledger.ca', processes: ledgers, why: 'for the ledger is open' },
  { setting: 'artifacts.kind', processes: workers, why: 'for open promotions have their files there' },
  { setting: 'artifacts.folder', processes: workers, why: 'for open promotions have their files there' },
  { setting: 'artifacts.s3', processes: workers, why: 'for open promotions have their files there' },
  { setting: 'temporal.address', processes: all, why: 'for the connection stands' },
  { setting: 'temporal.namespace', processes: all, why: 'for open promotions are there' },
  { setting: 'temporal.tls', processes: all, why: 'for the connection stands' },
  { setting: 'temporal.apiKey', processes: all, why: 'for the connection stands' },
  { setting: 'temporal.taskQueue', processes: all, why: 'for open promotions are there' },
  { setting: 'temporal.encryption', processes: all, why: 'for what is stored is read with it' },
  { setting: 'temporal.devServer', processes: ['up'], why: 'for the Temporal server runs' },
  { setting: 'listener.bind', processes: listeners, why: 'for the port is open' },
  { setting: 'listener.port', processes: listeners, why: 'for the port is open' },
  { setting: 'listener.maxBody', processes: listeners, why: 'for the port is open' },
  { setting: 'listener.tls', processes: listeners, why: 'for the port is open' },
  { setting: 'console.enabled', processes: ['up'], why: 'for a page comes or goes with its process' },
  { setting: 'console.bind', processes: consoles, why: 'for the port is open' },
  { setting: 'console.port', processes: consoles, why: 'for the port is open' },
  { setting: 'console.tls', processes: consoles, why: 'for the port is open' },
  { setting: 'console.behindProxy', processes: consoles, why: 'for the port is open' },
  { setting: 'worker.maxCachedWorkflows', processes: workers, why: 'for it is fixed when a worker begins' },
  { setting: 'worker.takeOver', processes: workers, why: 'for it is fixed when a worker begins' },
  { setting: 'worker.siteSlots', processes: workers, why: 'for it is fixed when a worker begins' },
  { setting: 'worker.siteBulkSlots', processes: workers, why: 'for it is fixed when a worker begins' },
  { setting: 'worker.shutdownGrace', processes: workers, why: 'for it is fixed when a worker begins' },
  { setting: 'worker.healthPort', processes: workers, why: 'for the port is open' },
  { setting: 'worker.healthBind', processes: workers, why: 'for the port is open' },
  { setting: 'timeouts.heartbeat', processes: all, why: 'for it is fixed when a worker begins' },
  { setting: 'timeouts.heartbeatEvery', processes: workers, why: 'for it is fixed when a worker begins' },
  { setting: 'logging', processes: all, why: 'for the log is open' },
  { setting: 'configuration', processes: all, why: 'for it says whether the process looks at all' },
];
