import type { ProcessName } from '../../config/live/restart-settings.ts';
import type { Settings } from '../../config/load.ts';
import type { Logger } from '../../common/logger.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type LivePart, LiveSettings } from './live-settings.ts';
import { ProcessRecord } from './process-record.ts';
import { watchFile } from './watch-file.ts';

export interface FollowSettingsOptions {
  readonly name: ProcessName;
  /** What the process was started with. */
  readonly settings: Settings;
  readonly parts: readonly LivePart[];
  readonly ledger: Promise<Ledger | undefined>;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Where the end of it is put; it comes before that of the parts. */
  readonly closers: AsyncDisposableStack;
}

/** Has a process take over what changes in its configuration file, and tell the ledger with which settings it runs. */
export function followSettings(options: FollowSettingsOptions): void {
  const { name, settings, parts, ledger, environment, logger, closers } = options;
  const { checkEveryMs: everyMs } = settings.config.configuration;
  const state = { settings, waiting: [], problems: [] };
  const record = new ProcessRecord({ name, ledger, isWatching: everyMs > 0, state, logger });
  closers.defer(() => record.close());
  if (everyMs === 0) return;
  const onChange = record.change.bind(record);
  const live = new LiveSettings({ settings, process: name, parts, environment, logger, onChange });
  const closing = new AbortController();
  const { file, fingerprint: known } = settings;
  const watching = watchFile(
    { file, known, everyMs, onContent: (text) => live.take(text), onUnreadable: (error) => live.unreadable(error) },
    closing.signal,
  ).catch((err: unknown) => logger.error({ err }, 'Changes of the configuration are not seen any more'));
  closers.defer(async () => {
    closing.abort();
    await watching;
  });
}
