import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const EVENT = /^\d{16}\.event$/;

/** The spool holds as much as it may. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}

/** An event as it waits on disk. */
export interface SpooledEvent {
  readonly topic: string;
  readonly body: Uint8Array;
}

export interface SpoolSettings {
  readonly folder: string;
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/**
 * Events on disk, in the order they came, until a broker has confirmed them. An event is there once `append` has ended,
 * whatever happens to the process or the machine. One process to a folder.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #waiting: { readonly name: string; readonly sizeBytes: number }[] = [];
  #last = 0;
  #events = 0;
  #bytes = 0;

  private constructor(settings: SpoolSettings) {
    this.#settings = settings;
  }

  /** Opens a folder, made where it is missing, with what a former process left in it. */
  static async open(settings: SpoolSettings): Promise<Spool> {
    const spool = new Spool(settings);
    await mkdir(settings.folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(settings.folder)).toSorted((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (name.endsWith('.part')) await rm(path.join(settings.folder, name), { force: true });
      if (!EVENT.test(name)) continue;
      const { size } = await stat(path.join(settings.folder, name));
      spool.#add(name, size);
      spool.#last = Number(name.slice(0, 16));
    }
    return spool;
  }

  /** Events that wait, those among them that are being written. */
  get length(): number {
    return this.#events;
  }

  /** No further event is taken, whatever its size. */
  get isFull(): boolean {
    return this.#events >= this.#settings.maxEvents || this.#bytes >= this.#settings.maxBytes;
  }

  /** Puts an event at the end, on the disk itself. @throws SpoolFullError, and what the file system gives */
  async append({ topic, body }: SpooledEvent): Promise<void> {
    const head = Buffer.from(`${JSON.stringify({ topic })}\n`);
    const sizeBytes = head.length + body.length;
    const { folder, maxEvents, maxBytes } = this.#settings;
    if (this.#events + 1 > maxEvents || this.#bytes + sizeBytes > maxBytes)
      throw new SpoolFullError('the spool is full');
    this.#events += 1;
    this.#bytes += sizeBytes;
    this.#last += 1;
    const name = `${String(this.#last).padStart(16, '0')}.event`;
    try {
      await writeDurably(folder, name, [head, body]);
      this.#waiting.push({ name, sizeBytes });
    } catch (error) {
      this.#events -= 1;
      this.#bytes -= sizeBytes;
      throw error;
    }
  }

  /**
   * Hands out the events in order, and removes each once it was taken. Ends at the first that is not taken, with its
   * error. One at a time.
   */
  async drain(take: (event: SpooledEvent) => Promise<void>, unreadable: (file: string) => void): Promise<void> {
    for (;;) {
      this.#waiting.sort((a, b) => (a.name < b.name ? -1 : 1));
      const [first] = this.#waiting;
      if (!first) return;
      const file = path.join(this.#settings.folder, first.name);
      const event = parse(await readFile(file));
      if (event) {
        await take(event);
        await rm(file, { force: true });
      } else {
        await rename(file, `${file}.unreadable`);
        unreadable(`${file}.unreadable`);
      }
      this.#waiting.splice(this.#waiting.indexOf(first), 1);
      this.#events -= 1;
      this.#bytes -= first.sizeBytes;
    }
  }

  #add(name: string, sizeBytes: number): void {
    this.#waiting.push({ name, sizeBytes });
    this.#events += 1;
    this.#bytes += sizeBytes;
  }
}

function parse(bytes: Buffer): SpooledEvent | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0) return undefined;
  try {
    const { topic } = JSON.parse(bytes.toString('utf8', 0, end)) as { topic?: unknown };
    return typeof topic === 'string' ? { topic, body: bytes.subarray(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whole under its name, or not there at all. */
async function writeDurably(folder: string, name: string, parts: readonly Uint8Array[]): Promise<void> {
  const draft = path.join(folder, `${name}.part`);
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writev(parts);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path.join(folder, name));
  await syncFolder(folder);
}

/** Windows keeps names without being asked, and lets nobody open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
