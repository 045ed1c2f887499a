/** What a bench process is asked over its channel, and what it answers. */
export interface UsageReport {
  readonly rssBytes: number;
  /** Highest since the last report. */
  readonly peakRssBytes: number;
  /** User and system time since the process began. */
  readonly cpuMs: number;
}

export type ParentMessage = { readonly ask: 'usage' } | { readonly ask: 'stop' };
export type ChildMessage = { readonly ready: unknown } | { readonly usage: UsageReport } | { readonly failed: string };

const SAMPLE_EVERY_MS = 20;

/** Runs what `start` starts until the parent says stop or is gone; measures this process for it meanwhile. */
export async function serveParent(
  // The parent passes what this very process asks for.
  start: (options: never) => Promise<{ ready: unknown; close: () => Promise<void> }>,
): Promise<void> {
  const sampler = samplePeaks();
  try {
    const { ready, close } = await start(JSON.parse(process.argv[2] ?? '{}') as never);
    const stopped = new Promise<void>((resolve) => {
      process.once('disconnect', resolve);
      process.on('message', (message: ParentMessage) => {
        if (message.ask === 'stop') resolve();
        else tell({ usage: sampler.report() });
      });
    });
    // Ctrl-C reaches the whole group; the parent decides when its children end.
    process.on('SIGINT', () => undefined);
    tell({ ready });
    await stopped;
    await close();
  } catch (error) {
    tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
  process.disconnect?.();
  process.exit();
}

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

function samplePeaks(): { report: () => UsageReport } {
  let peak = process.memoryUsage.rss();
  setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, SAMPLE_EVERY_MS).unref();
  return {
    report() {
      const rssBytes = process.memoryUsage.rss();
      const { user, system } = process.cpuUsage();
      const report = { rssBytes, peakRssBytes: Math.max(peak, rssBytes), cpuMs: (user + system) / 1000 };
      peak = rssBytes;
      return report;
    },
  };
}
