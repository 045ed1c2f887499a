import { condition, sleep } from '@temporalio/workflow';

interface Alarm {
  readonly dueAtMs: number;
  readonly ring: () => void;
}

/**
 * The waiting of one workflow, with as few Temporal timers as it takes. A timer is left standing when a wait ends in
 * time, and serves the next wait: one that is started and cancelled for each step would double the events of a
 * history, and cost server and worker as much as the step itself.
 */
export class SharedTimer {
  private readonly alarms = new Set<Alarm>();
  /** When the standing timers fire. */
  private readonly wakesAtMs = new Set<number>();

  /** Rings once after `ms`, unless it is taken back first. */
  after(ms: number, ring: () => void): { takeBack: () => void } {
    const alarm: Alarm = { dueAtMs: Date.now() + ms, ring };
    this.alarms.add(alarm);
    this.wakeAt(alarm.dueAtMs);
    return { takeBack: () => this.alarms.delete(alarm) };
  }

  /** True as soon as `isMet` holds, false when it does not within `ms`; without `ms` it waits for as long as it takes. */
  async until(isMet: () => boolean, ms?: number): Promise<boolean> {
    if (isMet()) return true;
    let isLate = false;
    const alarm = ms === undefined ? undefined : this.after(ms, () => (isLate = true));
    try {
      await condition(() => isLate || isMet());
      return isMet();
    } finally {
      alarm?.takeBack();
    }
  }

  /** Sees that a timer fires by then; one that fires sooner sees to it when it does. */
  private wakeAt(atMs: number): void {
    if (Math.min(...this.wakesAtMs) <= atMs) return;
    this.wakesAtMs.add(atMs);
    const over = (): boolean => this.wakesAtMs.delete(atMs);
    // Rejected only when the workflow itself is being cancelled; then nothing waits any more.
    void sleep(Math.max(1, atMs - Date.now())).then(() => over() && this.wake(), over);
  }

  private wake(): void {
    const nowMs = Date.now();
    const due = [...this.alarms].filter(({ dueAtMs }) => dueAtMs <= nowMs);
    for (const alarm of due) {
      this.alarms.delete(alarm);
      alarm.ring();
    }
    if (this.alarms.size > 0) this.wakeAt(Math.min(...[...this.alarms].map(({ dueAtMs }) => dueAtMs)));
  }
}
