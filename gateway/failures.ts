/** What is told of failures. */
export interface FailureEvents {
  failed(at: string, reason: string): void;
  over(at: string): void;
}

/**
 * Tells a failure once, however often it repeats itself in the same way, and once that it is over. Kept by the place
 * where it happens, as another place may be sound meanwhile; there are as many as places, and as reasons.
 */
export class Failures {
  readonly #events: FailureEvents;
  readonly #reasons = new Map<string, Set<string>>();

  constructor(events: FailureEvents) {
    this.#events = events;
  }

  failed(at: string, reason: string): void {
    const told = this.#reasons.get(at) ?? new Set();
    if (told.has(reason)) return;
    this.#reasons.set(at, told.add(reason));
    this.#events.failed(at, reason);
  }

  over(at: string): void {
    if (this.#reasons.delete(at)) this.#events.over(at);
  }
}
