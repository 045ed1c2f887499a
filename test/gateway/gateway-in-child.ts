import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serve } from '../../gateway/serve.ts';

/** The gateway as it is, in a process that tells of its memory when it is asked. */

const SAMPLE_EVERY_MS = 20;
let peakBytes = 0;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, SAMPLE_EVERY_MS).unref();
process.on('message', (message) => {
  if (message !== 'memory') return;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ keptBytes: heapUsed + external, peakBytes: Math.max(peakBytes, process.memoryUsage.rss()) });
});
await serve(process.argv[2] ?? '', process.env);
process.exit(0);
