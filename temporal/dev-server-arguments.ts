import { searchAttributes } from '../workflows/contract.ts';

/** What the development server is started with. Ports are real ones, never 0. */
export interface DevServerArguments {
  readonly ip: string;
  readonly port: number;
  readonly uiPort?: number | undefined;
  readonly namespace: string;
  readonly databaseFile?: string | undefined;
  /** For tests: timers fire within 10 ms instead of 1 s, and new search attributes are known at once; costs CPU. */
  readonly forTests?: boolean | undefined;
}

const speedKeys = [
  // Five times the throughput of the defaults together (toolchain facts, section 4).
  'history.transferProcessorMaxPollRPS=1000',
  'system.enableActivityEagerExecution=true',
  // One server gains nothing from parted queues: it would hand tasks and polls from one part to the other.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

/** The development server reads the search attributes from its database at every use of one, unless told not to. */
const cachedAttributes = 'system.forceSearchAttributesCacheRefreshOnRead=false';
const fastTimers = 'history.timerProcessorMaxTimeShift="10ms"';

/** What the `temporal` program calls the types. */
export const attributeTypes = { KEYWORD: 'Keyword', DATETIME: 'Datetime', KEYWORD_LIST: 'KeywordList' } as const;

/** WAL and NORMAL lose no acknowledged signal when the server is killed (toolchain facts, section 4). */
const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];

/** The command line of `temporal` for one development server. */
export function devServerArguments(options: DevServerArguments): string[] {
  const keys = [...speedKeys, options.forTests ? fastTimers : cachedAttributes];
  const database =
    options.databaseFile === undefined
      ? []
      : ['--db-filename', options.databaseFile, ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])];
  const ui = options.uiPort === undefined ? ['--headless'] : ['--ui-port', String(options.uiPort)];
  return ['server', 'start-dev'].concat(
    ['--ip', options.ip, '--port', String(options.port), '--namespace', options.namespace],
    ui,
    database,
    [
      '--log-level',
      'warn',
      '--log-format',
      'json',
      '--color',
      'never',
      '--disable-config-file',
      '--disable-config-env',
    ],
    keys.flatMap((key) => ['--dynamic-config-value', key]),
    newAttributes(),
  );
}

/** A namespace that is made anew has them from its start, so that nothing waits until they are known. */
function newAttributes(): string[] {
  return Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${attributeTypes[type]}`,
  ]);
}
