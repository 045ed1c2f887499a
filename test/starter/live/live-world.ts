import { loadSettings } from '../../../config/load.ts';
import { followSettings } from '../../../starter/live/follow-settings.ts';
import type { RunningProcess } from '../../../ledger/processes.ts';
import type { WorldOptions } from '../../harness/world.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { type CliWorld, startCliWorld } from '../cli/cli-world.ts';

/** A world whose worker follows the configuration file. */
export interface LiveWorld extends CliWorld {
  /** Log lines of that message so far. */
  told(message: string): Readonly<Record<string, unknown>>[];
  /** Does it, and waits until settings were taken over that were not before: the names of what changed. */
  takenOver(change: () => Promise<void>): Promise<readonly string[]>;
  /** What the process tells the ledger of itself. */
  row(): Promise<RunningProcess>;
  close(): Promise<void>;
}

const TAKEN = 'Changed settings were taken over';

export async function startLiveWorld(options: WorldOptions): Promise<LiveWorld> {
  const cli = await startCliWorld({
    ...options,
    change(yaml, alias) {
      yaml['configuration'] = { checkEvery: '100ms' };
      options.change?.(yaml, alias);
    },
  });
  const { world, file } = cli;
  const closers = new AsyncDisposableStack();
  followSettings({
    name: 'worker',
    settings: await loadSettings(file, {}),
    parts: [{ kind: 'worker', takeOver: (config) => world.worker.takeOver(config) }],
    ledger: Promise.resolve(world.ledger),
    environment: {},
    logger: world.logger,
    closers,
  });
  const told = (message: string) => world.logger.lines.filter(({ msg }) => String(msg).startsWith(message));
  return {
    ...cli,
    told,
    async takenOver(change) {
      const before = told(TAKEN).length;
      await change();
      await waitFor('the settings to be taken over', () => told(TAKEN).length > before);
      return told(TAKEN).at(-1)?.['changed'] as string[];
    },
    async row() {
      const rows = await world.ledger.runningProcesses(60_000);
      if (rows.length !== 1) throw new Error(`${rows.length} processes tell of themselves`);
      return rows[0]!;
    },
    async close() {
      await closers.disposeAsync();
      await world.close();
    },
  };
}
