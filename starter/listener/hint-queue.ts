import { setTimeout as wait } from 'node:timers/promises';

/** What one signal carries at most (design, section 6). */
export const MOST_IDS_A_SIGNAL = 1000;
/** Refused ids that are kept; what comes beyond is found by the sweep. */
const MOST_KEPT_IDS = 50_000;
const PASS_ON_AFTER_MS = 1_000;

interface Waiting {
  readonly appIds: readonly string[];
  readonly carried: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gathers hints of one site into signals: an idle queue sends at once; what arrives while a signal is under way is the
 * next one. After a signal for several callers the next one gathers for `gatherMs`. No id stands twice in a signal.
 *
 * Whoever cannot be served is refused at once, but nothing says that a repository calls again (QRS facts, section 1):
 * what it told is kept in memory and passed on every second until it is accepted.
 */
export class HintQueue {
  readonly #send: (appIds: readonly string[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #isSending = false;
  #notBeforeMs = 0;
  /** Shortest time between two signals, when one carried the hints of several callers. */
  gatherMs: number;
  readonly #refused = new Set<string>();
  #passingOn: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(send: (appIds: readonly string[]) => Promise<void>, gatherMs = 0) {
    this.#send = send;
    this.gatherMs = gatherMs;
  }

  /**
   * Resolves when the signals that carry these ids were accepted. When one fails it rejects with that error, and so
   * does everything that waits behind it; their ids are passed on later. Safe to repeat.
   */
  async add(appIds: readonly string[]): Promise<void> {
    const ids = [...new Set(appIds)];
    const parts = Array.from({ length: Math.ceil(ids.length / MOST_IDS_A_SIGNAL) }, (_, part) =>
      ids.slice(part * MOST_IDS_A_SIGNAL, (part + 1) * MOST_IDS_A_SIGNAL),
    );
    const accepted = parts.map((part) => this.#wait(part));
    if (!this.#isSending) void this.#sendAll();
    await Promise.all(accepted);
  }

  /** Passes nothing on any more. Safe to repeat. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#passingOn);
  }

  #wait(appIds: readonly string[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ appIds, carried: resolve, failed: reject });
    return promise;
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const waitMs = this.#notBeforeMs - performance.now();
      if (waitMs > 0) await wait(waitMs);
      const { ids, count } = this.#nextSignal();
      // A caller that waits for each answer comes alone each time, and is not slowed down.
      this.#notBeforeMs = count > 1 ? performance.now() + this.gatherMs : 0;
      const aboard = this.#waiting.splice(0, count);
      try {
        await this.#send([...ids]);
        for (const { carried } of aboard) carried();
      } catch (error) {
        const refused = [...aboard, ...this.#waiting.splice(0)];
        this.#keep(refused.flatMap(({ appIds }) => appIds));
        for (const { failed } of refused) failed(error);
      }
    }
    this.#isSending = false;
  }

  #keep(appIds: readonly string[]): void {
    for (const id of appIds) if (this.#refused.size < MOST_KEPT_IDS) this.#refused.add(id);
    if (this.#isClosed || this.#refused.size === 0) return;
    this.#passingOn ??= setTimeout(() => this.#passOn(), PASS_ON_AFTER_MS);
  }

  #passOn(): void {
    this.#passingOn = undefined;
    const appIds = [...this.#refused];
    this.#refused.clear();
    // What is refused again is kept again.
    void this.add(appIds).catch(() => undefined);
  }

  /** The ids of the first so many that fit into one signal together; the first one always fits. */
  #nextSignal(): { readonly ids: ReadonlySet<string>; readonly count: number } {
    const ids = new Set<string>();
    let count = 0;
    for (const { appIds } of this.#waiting) {
      const more = appIds.filter((id) => !ids.has(id));
      if (ids.size + more.length > MOST_IDS_A_SIGNAL) break;
      for (const id of more) ids.add(id);
      count += 1;
    }
    return { ids, count };
  }
}
