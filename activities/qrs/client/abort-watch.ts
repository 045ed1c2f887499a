const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, until the returned function is called. Many calls share one signal (that of their
 * activity): it gets one listener, as each one costs more than a small call may.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let callbacks = callbacksOf.get(signal);
  if (!callbacks) {
    const created = new Set<() => void>();
    callbacks = created;
    callbacksOf.set(signal, created);
    signal.addEventListener('abort', () => {
      for (const each of created) each();
    });
  }
  const known = callbacks;
  known.add(callback);
  return () => known.delete(callback);
}
