import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const run = randomUUID().slice(0, 8);
const own = `${placeOfProcess()}-${process.pid}-${run}`;
const OWNED = /^([0-9a-f]{8})-(\d+)-([0-9a-f]{8})\./;

/** A name for a file that is being written, which tells whose it is. */
export function temporaryName(): string {
  return `${own}.${randomUUID()}.part`;
}

/** Whether the process that wrote this file has ended for certain: one of this host that is no more. */
export function isAbandoned(name: string): boolean {
  const [, place, pid, runOfOwner] = OWNED.exec(name) ?? [];
  if (place !== placeOfProcess()) return false;
  if (Number(pid) === process.pid) return runOfOwner !== run;
  return !isAlive(Number(pid));
}

/** This host; containers that bear one name have process numbers of their own. */
function placeOfProcess(): string {
  return createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 8);
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive, too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
