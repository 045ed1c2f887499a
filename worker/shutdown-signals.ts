/** Ctrl-C, the service manager's stop, and on Windows Ctrl-Break and the closing of the console window. */
const signals: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];

/**
 * Calls `onSignal` at each signal that asks this process to end; the process then no longer ends by itself. To be
 * installed before a slow start. Returns what takes it back.
 */
export function onShutdownSignal(onSignal: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
