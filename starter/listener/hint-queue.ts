import { setTimeout as wait } from 'node:timers/promises';

/** What one signal carries at most (design, section 6). */
export const MOST_IDS_A_SIGNAL = 1000;

interface Waiting {
  readonly appIds: readonly string[];
  readonly carried: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gathers hints of one site into signals: an idle queue sends at once; what arrives while a signal is under way is the
 * next one. After a signal for several callers the next one gathers for `gatherMs`. No id stands twice in a signal.
 */
export class HintQueue {
  readonly #send: (appIds: readonly string[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #isSending = false;
  #notBeforeMs = 0;
  readonly #gatherMs: number;

  constructor(send: (appIds: readonly string[]) => Promise<void>, gatherMs = 0) {
    this.#send = send;
    this.#gatherMs = gatherMs;
  }

  /**
   * Resolves when the signals that carry these ids were accepted. When one fails it rejects with that error, and so
   * does everything that waits behind it: whoever cannot be served hears so at once. Safe to repeat.
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
      this.#notBeforeMs = count > 1 ? performance.now() + this.#gatherMs : 0;
      const aboard = this.#waiting.splice(0, count);
      try {
        await this.#send([...ids]);
        for (const { carried } of aboard) carried();
      } catch (error) {
        for (const { failed } of [...aboard, ...this.#waiting.splice(0)]) failed(error);
      }
    }
    this.#isSending = false;
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
