/**
 * Loaded before a process of Waybill with `--import`: ends it with a kill before, or after, the rename that
 * KILL_AT_RENAME names by its number (`3 before`). A process that makes fewer runs to its end.
 */
import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [number, side] = (process.env['KILL_AT_RENAME'] ?? '').split(' ');
const rename = promises.rename;
let count = 0;

promises.rename = async (from, to) => {
  count += 1;
  const isMeant = count === Number(number);
  if (isMeant && side === 'before') process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
  if (isMeant && side === 'after') process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
