import { readFileSync } from 'node:fs';
import { readQvf } from '../../qvf/read-qvf.ts';

/** Reads the files named on the command line in a process of its own, and prints what that took and how the last ended. */
const before = process.memoryUsage.rss();
const startedMs = performance.now();
let outcome = {};
for (const file of process.argv.slice(2)) {
  outcome = await readQvf(file, { name: 'the file' }).then(
    ({ objects }) => ({ objects: objects.length }),
    (error: { code?: string; message: string }) => ({ code: error.code ?? 'none', message: error.message }),
  );
}
const tookMs = performance.now() - startedMs;
process.stdout.write(JSON.stringify({ ...outcome, growthBytes: peakBytes() - before, tookMs }));

/** The most memory this process ever had. What Linux calls maxRSS may be that of the process it was forked from. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}
