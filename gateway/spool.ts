import { access, constants, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pack, unpack } from './spool-file.ts';

const EVENT = /^\d{16}\.event$/;

/** The spool holds as much as it may. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}

/** The folder of the spool cannot be made, read or written to. */
export class SpoolFolderError extends Error {
  override readonly name = 'SpoolFolderError';
  readonly folder: string;
  readonly reason: string;

  constructor(folder: string, cause: NodeJS.ErrnoException) {
    const reason = cause.code ?? cause.message;
    const remedy = 'Set spool.folder to a folder that the account of the gateway can write to.';
    super(`The spool cannot be kept in ${folder}: ${reason}. ${remedy}`, { cause });
    this.folder = folder;
    this.reason = reason;
  }
}

/** An event as it waits on disk. */
export interface SpooledEvent {
  readonly topic: string;
  readonly body: Uint8Array;
}

/** What became of an event that was handed out: published, or never to be. */
export type TakenOrNot = 'taken' | 'refused';

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

  /**
   * Opens a folder, made where it is missing, with what a former process left in it.
   * @throws SpoolFolderError
   */
  static async open(settings: SpoolSettings): Promise<Spool> {
    const spool = new Spool(settings);
    await spool.#takeOver().catch((error: NodeJS.ErrnoException) => {
      throw new SpoolFolderError(settings.folder, error);
    });
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
  async append(event: SpooledEvent): Promise<void> {
    const parts = pack(event);
    const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0);
    const { folder, maxEvents, maxBytes } = this.#settings;
    if (this.#events + 1 > maxEvents || this.#bytes + sizeBytes > maxBytes)
      throw new SpoolFullError('the spool is full');
    this.#events += 1;
    this.#bytes += sizeBytes;
    this.#last += 1;
    const name = `${String(this.#last).padStart(16, '0')}.event`;
    try {
      await writeDurably(folder, name, parts);
      this.#waiting.push({ name, sizeBytes });
    } catch (error) {
      this.#events -= 1;
      this.#bytes -= sizeBytes;
      throw error;
    }
  }

  /**
   * Hands out the events in order, and removes each once it was taken; what cannot be read, and what is refused for
   * good, is put aside. Ends at the first that is not taken for now, with its error. One at a time.
   */
  async drain(
    take: (event: SpooledEvent) => Promise<TakenOrNot>,
    putAside: (file: string, reason: string) => void,
  ): Promise<void> {
    for (;;) {
      this.#waiting.sort((a, b) => (a.name < b.name ? -1 : 1));
      const [first] = this.#waiting;
      if (!first) return;
      const file = path.join(this.#settings.folder, first.name);
      const event = unpack(await readIfThere(file));
      const became = event ? await take(event) : 'unreadable';
      if (became === 'taken') {
        await rm(file, { force: true });
      } else {
        await rename(file, `${file}.${became}`).catch(unlessGone);
        putAside(`${file}.${became}`, became);
      }
      this.#waiting.splice(this.#waiting.indexOf(first), 1);
      this.#events -= 1;
      this.#bytes -= first.sizeBytes;
    }
  }

  async #takeOver(): Promise<void> {
    const { folder } = this.#settings;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    const names = (await readdir(folder)).toSorted((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (name.endsWith('.part')) await rm(path.join(folder, name), { force: true });
      // What was put aside keeps its name for itself.
      this.#last = Math.max(this.#last, Number(/^\d{16}(?=\.event)/.exec(name)?.[0] ?? 0));
      if (!EVENT.test(name)) continue;
      const { size } = await stat(path.join(folder, name));
      this.#add(name, size);
    }
  }

  #add(name: string, sizeBytes: number): void {
    this.#waiting.push({ name, sizeBytes });
    this.#events += 1;
    this.#bytes += sizeBytes;
  }
}

/** Somebody else may have removed it; what waits behind it must go on. */
async function readIfThere(file: string): Promise<Buffer> {
  return (await readFile(file).catch(unlessGone)) ?? Buffer.alloc(0);
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Whole under its name, or not there at all. */
async function writeDurably(folder: string, name: string, parts: readonly Uint8Array[]): Promise<void> {
  const draft = path.join(folder, `${name}.part`);
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(Buffer.concat(parts));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path.join(folder, name));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
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
