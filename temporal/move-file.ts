import { rename } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const heldCodes = new Set(['EPERM', 'EBUSY', 'EACCES']);
const TRIES = 8;
const FIRST_WAIT_MS = 50;

/** Renames a file, waiting (about 6 s at most) while something, such as a virus scanner on Windows, holds it. */
export async function moveFile(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const held = heldCodes.has((error as NodeJS.ErrnoException).code ?? '');
      if (!held || attempt === TRIES) throw error;
      await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }
}
