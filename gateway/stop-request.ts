/** Ctrl-C and the service manager's stop; on Windows also Ctrl-Break and the closing of the console window. */
const signals: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];

/** A parent passes on a Ctrl-C that the terminal has sent to this process already. */
const SAME_REQUEST_MS = 500;

/**
 * Ends when somebody wants this process to end: by a signal, or where the parent has opened a channel, by its message
 * `shutdown` or its own end. A further signal kills, as it does by itself. Once it has ended, nothing of it keeps the
 * process alive.
 */
export function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      if (message === 'shutdown') stop();
    };
    const stop = (): void => {
      // As long as somebody listens to the channel, Node holds the process for it.
      process.off('message', onMessage).off('disconnect', stop);
      setTimeout(() => signals.forEach((signal) => process.off(signal, stop)), SAME_REQUEST_MS).unref();
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
    process.on('message', onMessage).on('disconnect', stop);
  });
}
