import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { latestProgress } from '../activities/activity-context.ts';

/**
 * Heartbeats for every activity while it runs, with the bytes it last reported, so that the loss of a worker and a
 * cancellation are noticed soon. A transfer that stalls ends by its own watchdog, and a call by its timeout.
 */
export function heartbeatInterceptor(everyMs: number): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        // What a local activity does is over before its loss could be noticed.
        if (context.info.isLocal) return next(input);
        const beat = setInterval(() => context.heartbeat(latestProgress(context)), everyMs);
        try {
          return await next(input);
        } finally {
          clearInterval(beat);
        }
      },
    },
  });
}
