/** What the watchdog looks at. */
export interface StallWatch {
  /** A transfer without a new byte for this long has stalled. */
  readonly stallMs: number;
  /** Bytes moved so far: the watchdog only compares it with what it saw before. */
  transferredBytes(): number;
  /** False while no byte is expected: the connection is being made, or the site is at work on what it was sent. */
  isMoving(): boolean;
  /** Called once, when nothing has moved for `stallMs` (noticed at most an eighth of it later). */
  onStall(): void;
}

/**
 * Watches a transfer until the returned function is called. Costs the transfer nothing: it counts from outside, a few times
 * per `stallMs`, and keeps no process alive.
 */
export function watchForStall(watch: StallWatch): () => void {
  const ticks = 8;
  let seenBytes = watch.transferredBytes();
  let idleTicks = 0;
  const timer = setInterval(
    () => {
      const bytes = watch.transferredBytes();
      idleTicks = bytes === seenBytes && watch.isMoving() ? idleTicks + 1 : 0;
      seenBytes = bytes;
      if (idleTicks < ticks) return;
      clearInterval(timer);
      watch.onStall();
    },
    Math.max(1, Math.ceil(watch.stallMs / ticks)),
  );
  timer.unref();
  return () => clearInterval(timer);
}
