import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../../common/logger.ts';

/** Where events that cannot be read are put, for people to look at. */
export interface DeadLetters {
  /** How many were put there since the start. */
  readonly count: number;
  /**
   * Keeps an event as it came, with the reason in a file beside it. Safe to repeat: the same event is the same file. Never
   * throws: a folder that cannot be written to must not stall the others, and is told of in the log.
   */
  put(topic: string, body: Uint8Array, reason: string): Promise<void>;
}

const NAME_CHARACTERS = 32;

/** Dead letters in a folder, which is made when it is first needed. */
export function openDeadLetters(folder: string, logger: Logger): DeadLetters {
  let count = 0;
  return {
    get count() {
      return count;
    },
    async put(topic, body, reason) {
      count += 1;
      const name = createHash('sha256').update(topic).update('\0').update(body).digest('hex').slice(0, NAME_CHARACTERS);
      const file = path.join(folder, `${name}.event`);
      logger.warn({ topic, reason, sizeBytes: body.length, file }, 'an event cannot be read and is put aside');
      try {
        await mkdir(folder, { recursive: true });
        const about = `topic: ${topic}\nreason: ${reason}\nput here: ${new Date().toISOString()}\n`;
        await writeWhole(path.join(folder, `${name}.reason.txt`), about);
        await writeWhole(file, body);
      } catch (error) {
        logger.error(
          { topic, reason, folder, err: error },
          'an event that cannot be read could not be put aside either',
        );
      }
    },
  };
}

async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}
