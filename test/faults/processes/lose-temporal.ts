import { rm } from 'node:fs/promises';
import type { KillableWorld } from './killable-world.ts';

/** The Temporal server is killed, and its database is gone; started anew, it knows nothing. */
export async function loseTemporal({ processes, temporalFile }: KillableWorld): Promise<void> {
  await processes.temporal.kill();
  for (const end of ['', '-wal', '-shm']) await rm(`${temporalFile}${end}`, { force: true });
  await processes.temporal.start();
}
