/** What the development server is started with. Ports are real ones, never 0. */
export interface DevServerArguments {
  readonly ip: string;
  readonly port: number;
  readonly uiPort?: number | undefined;
  readonly namespace: string;
  readonly databaseFile?: string | undefined;
  /** Timers fire within 10 ms instead of 1 s; costs CPU, for tests. */
  readonly fastTimers?: boolean | undefined;
}

/** Five times the throughput of the defaults together (toolchain facts, section 4). */
const speedKeys = ['history.transferProcessorMaxPollRPS=1000', 'system.enableActivityEagerExecution=true'];

/** WAL and NORMAL lose no acknowledged signal when the server is killed (toolchain facts, section 4). */
const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];

/** The command line of `temporal` for one development server. */
export function devServerArguments(options: DevServerArguments): string[] {
  const keys = options.fastTimers ? [...speedKeys, 'history.timerProcessorMaxTimeShift="10ms"'] : speedKeys;
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
  );
}
