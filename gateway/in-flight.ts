/** Lets only so many tasks run at a time; the others wait, and begin in the order they came. */
export class InFlight {
  /** How many may run at a time; what runs already is not stopped. */
  most = Number.POSITIVE_INFINITY;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Begins a task when there is room; it says itself that it has ended. */
  begin(task: (ended: () => void) => void): void {
    if (this.#running >= this.most) return void this.#waiting.push(() => this.#run(task));
    this.#run(task);
  }

  #run(task: (ended: () => void) => void): void {
    this.#running += 1;
    task(() => {
      this.#running -= 1;
      if (this.#running < this.most) this.#waiting.shift()?.();
    });
  }
}
