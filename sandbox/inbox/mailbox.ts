import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PATIENCE_MS } from '../web/kept-list.ts';

/** A mail as it arrived. Addresses are bare and lower-cased; names are left out. */
export interface InboxMessage {
  /** 1 for the first mail of this mailbox. */
  number: number;
  /** With its angle brackets, as sent; empty when the mail had none. */
  messageId: string;
  from: string;
  /** Of the To and Cc headers. */
  to: string[];
  /** Who the envelope named: what the server would deliver to. */
  envelopeTo: string[];
  replyTo?: string;
  inReplyTo?: string;
  subject: string;
  text: string;
  html?: string;
  attachments: { fileName: string; contentType: string; sizeBytes: number }[];
  atUtc: string;
  /** Whether the connection was encrypted, and which user had logged in. */
  secure: boolean;
  user?: string;
  raw?: string;
}

interface Waiter {
  predicate: (message: InboxMessage) => boolean;
  resolve: (message: InboxMessage) => void;
}

/** The mails of one inbox: in memory, and one JSON line each in `inbox.jsonl` when a folder is given. */
export class Mailbox {
  #messages: InboxMessage[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #file: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string | undefined, messages: InboxMessage[]) {
    this.#file = file;
    this.#messages = messages;
  }

  /** Opens the mailbox of `folder` with the mails of earlier starts, or an empty one in memory. */
  static async open(folder: string | undefined): Promise<Mailbox> {
    if (folder === undefined) return new Mailbox(undefined, []);
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'inbox.jsonl');
    return new Mailbox(file, await readLines(file));
  }

  all(): readonly InboxMessage[] {
    return this.#messages;
  }

  add(message: Omit<InboxMessage, 'number'>): void {
    const numbered = { number: (this.#messages.at(-1)?.number ?? 0) + 1, ...message };
    this.#messages.push(numbered);
    this.#write((file) => appendFile(file, `${JSON.stringify(numbered)}\n`));
    for (const waiter of this.#waiters) if (waiter.predicate(numbered)) waiter.resolve(numbered);
  }

  clear(): void {
    this.#messages = [];
    this.#write((file) => writeFile(file, ''));
  }

  /** The first mail, also of those already here, that the predicate accepts; rejects after `timeoutMs`. */
  waitFor(predicate: (message: InboxMessage) => boolean, timeoutMs = PATIENCE_MS): Promise<InboxMessage> {
    const already = this.#messages.find(predicate);
    if (already !== undefined) return Promise.resolve(already);
    const { promise, resolve, reject } = Promise.withResolvers<InboxMessage>();
    const waiter = { predicate, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => reject(new Error(this.#nothingCame(timeoutMs))), timeoutMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    });
  }

  /** Resolves when every mail is on disk. */
  flushed(): Promise<void> {
    return this.#writing;
  }

  #nothingCame(timeoutMs: number): string {
    const here = this.#messages.map(({ subject, to }) => `'${subject}' to ${to.join(', ')}`);
    return `no such mail came within ${timeoutMs} ms; here are ${here.length}: ${here.join('; ')}`;
  }

  #write(write: (file: string) => Promise<void>): void {
    const file = this.#file;
    if (file !== undefined) this.#writing = this.#writing.then(() => write(file));
  }
}

async function readLines(file: string): Promise<InboxMessage[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as InboxMessage);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
