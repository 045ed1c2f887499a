import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** How long something is waited for where nobody says. */
export const PATIENCE_MS = 60_000;

interface Waiter<T> {
  predicate: (item: T) => boolean;
  resolve: (item: T) => void;
}

/** A list that only grows, in order, numbered from 1; each item is also a line of `file`, when there is one. */
export class KeptList<T extends { number: number }> {
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #what: string;
  readonly #file: string | undefined;
  #added = 0;

  /** `what` names an item in the error of `waitFor`. */
  constructor(what: string, file?: string) {
    this.#what = what;
    this.#file = file;
    if (file !== undefined) mkdirSync(path.dirname(file), { recursive: true });
  }

  all(): readonly T[] {
    return this.#items;
  }

  /** The item, numbered. It is on disk when this returns, so that a kill loses none. */
  add(item: Omit<T, 'number'>): T {
    this.#added += 1;
    const numbered = { number: this.#added, ...item } as T;
    this.#items.push(numbered);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(numbered)}\n`);
    for (const waiter of this.#waiters) if (waiter.predicate(numbered)) waiter.resolve(numbered);
    return numbered;
  }

  /** Forgets what is here; numbers go on. */
  clear(): void {
    this.#items.length = 0;
  }

  /** The first item, also of those already here, that the predicate accepts; rejects after `timeoutMs`. */
  waitFor(predicate: (item: T) => boolean, timeoutMs = PATIENCE_MS): Promise<T> {
    const already = this.#items.find(predicate);
    if (already !== undefined) return Promise.resolve(already);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { predicate, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => {
      const here = this.#items.slice(-5).map((item) => JSON.stringify(item).slice(0, 300));
      reject(
        new Error(`no such ${this.#what} came within ${timeoutMs} ms; the last of ${this.#added}: ${here.join('; ')}`),
      );
    }, timeoutMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    });
  }
}
