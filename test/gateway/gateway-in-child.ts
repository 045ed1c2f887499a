import { serve } from '../../gateway/serve.ts';

/** The gateway as it is, in a process that tells of its memory when it is asked. */

const SAMPLE_EVERY_MS = 20;
let peakBytes = 0;

setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, SAMPLE_EVERY_MS).unref();
process.on('message', (message) => {
  if (message !== 'memory') return;
  process.send?.(Math.max(peakBytes, process.memoryUsage.rss()));
  peakBytes = 0;
});
await serve(process.argv[2] ?? '', process.env);
process.exit(0);
