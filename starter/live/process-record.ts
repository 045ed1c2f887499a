import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../common/logger.ts';
import type { ProcessName } from '../../config/live/restart-settings.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type SettingsState, waitingLines } from './live-settings.ts';

const TELL_EVERY_MS = 60_000;
/** One that fell silent this long ago is forgotten. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

export interface ProcessRecordOptions {
  readonly name: ProcessName;
  /** None where this process has no way to it: then it tells nobody. */
  readonly ledger: Promise<Ledger | undefined>;
  readonly isWatching: boolean;
  readonly state: SettingsState;
  readonly logger: Logger;
}

/** Tells the ledger, every minute and at each change, that this process runs and with which settings; best effort. */
export class ProcessRecord {
  readonly #options: ProcessRecordOptions;
  readonly #facts = { processId: randomUUID(), host: hostname(), pid: process.pid, startedAtUtc: nowUtc() };
  readonly #closing = new AbortController();
  readonly #beating: Promise<void>;
  #state: SettingsState;
  #sinceUtc = nowUtc();
  #telling: Promise<void> = Promise.resolve();
  #isSilent = false;

  constructor(options: ProcessRecordOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#beating = this.#beat();
  }

  /** What it tells from now on. */
  change(state: SettingsState): void {
    if (state.settings.fingerprint !== this.#state.settings.fingerprint) this.#sinceUtc = nowUtc();
    this.#state = state;
    void this.#tell();
  }

  /** Tells that it ends. Safe to repeat. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#beating;
    await this.#telling;
    const ledger = await this.#options.ledger;
    await ledger?.forgetProcess(this.#facts.processId).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#tell();
      await wait(TELL_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** One after the other, so that the last that is written is the last that was so. */
  #tell(): Promise<void> {
    this.#telling = this.#telling.then(() => this.#write());
    return this.#telling;
  }

  async #write(): Promise<void> {
    const { name, isWatching, logger } = this.#options;
    const { settings, waiting, problems } = this.#state;
    try {
      const ledger = await this.#options.ledger;
      await ledger?.tellProcess({
        ...this.#facts,
        name,
        configFile: settings.file,
        configFingerprint: settings.fingerprint,
        configSinceUtc: this.#sinceUtc,
        isWatching,
        waiting: waitingLines(waiting),
        problems,
      });
      await ledger?.forgetSilentProcesses(FORGET_AFTER_MS);
      this.#isSilent = false;
    } catch (error) {
      const { message: reason } = error as Error;
      if (!this.#isSilent) logger.warn({ reason }, 'The ledger could not be told that this process runs');
      this.#isSilent = true;
    }
  }
}

function nowUtc(): string {
  return new Date().toISOString();
}
