/** Ctrl-C and the service manager's stop; on Windows also Ctrl-Break and the closing of the console window. */
const signals: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];

/** npm and `bin/waybill.js` pass on a Ctrl-C that the terminal has sent to this process already. */
const SAME_REQUEST_MS = 500;

export interface ShutdownRequests {
  /** The first request to end. */
  readonly onFirst: (what: string) => void;
  /** Another one, by somebody who does not want to wait. */
  readonly onSecond: (what: string) => void;
}

/**
 * Listens for requests to end this process; it then no longer ends by itself. Where the parent has opened a channel,
 * its message `shutdown` (process managers on Windows send it, where signals kill) and its end count as one too, but
 * never as the second. Returns what takes it back.
 */
export function onShutdownRequest({ onFirst, onSecond }: ShutdownRequests): () => void {
  let firstAtMs: number | undefined;
  const request = (what: string): void => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      onFirst(what);
    } else if (what.startsWith('SIG') && performance.now() - firstAtMs > SAME_REQUEST_MS) {
      onSecond(what);
    }
  };
  const onMessage = (message: unknown): void => {
    if (message === 'shutdown') request('shutdown message');
  };
  const onDisconnect = (): void => request('end of the parent process');
  for (const signal of signals) process.on(signal, request);
  process.on('message', onMessage).on('disconnect', onDisconnect);
  return () => {
    for (const signal of signals) process.off(signal, request);
    process.off('message', onMessage).off('disconnect', onDisconnect);
  };
}
