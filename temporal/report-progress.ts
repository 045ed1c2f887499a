const LINE_EVERY_MS = 4_000;

/** Takes one line for a person who waits. */
export type OnProgress = (line: string) => void;

/**
 * The result of `work`, with a line every 4 seconds meanwhile, so that nobody thinks it hangs.
 * `line` gets the seconds that have passed.
 */
export async function withProgress<T>(
  onProgress: OnProgress,
  line: (seconds: number) => string,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const report = () => onProgress(line(Math.round((performance.now() - startedAt) / 1000)));
  report();
  const timer = setInterval(report, LINE_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
