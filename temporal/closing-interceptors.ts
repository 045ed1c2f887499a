import { setTimeout as wait } from 'node:timers/promises';
import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptors = NonNullable<ConnectionOptions['interceptors']>;

/** More than the longest pause that the SDK makes before it repeats a call. */
const LONGEST_PAUSE_MS = 7_000;
const LOOK_EVERY_MS = 10;

/**
 * The SDK's repeating of failed calls, made fit to be closed: `Connection.close()` while a repeat is waiting throws
 * out of a timer, where nobody can catch it (toolchain facts, section 4). `settle()` begins no further repeats and
 * waits until the pending ones are over, at most 7 seconds; calls that simply wait for an answer are not waited for.
 */
export function closingInterceptors(): { readonly interceptors: Interceptors; settle(): Promise<void> } {
  let closing = false;
  let pausedUntil = 0;
  const usual = defaultGrpcRetryOptions();
  const retrying = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !closing && usual.retryableDecider(attempt, status),
    delayFunction(attempt, status) {
      const pauseMs = usual.delayFunction(attempt, status);
      pausedUntil = Math.max(pausedUntil, performance.now() + pauseMs + LOOK_EVERY_MS);
      return pauseMs;
    },
  });
  return {
    interceptors: [retrying],
    async settle() {
      closing = true;
      const deadline = performance.now() + LONGEST_PAUSE_MS;
      while (performance.now() < Math.min(pausedUntil, deadline)) await wait(LOOK_EVERY_MS);
    },
  };
}
