import { PassThrough, type Readable } from 'node:stream';
import type { Logger } from '../../common/logger.ts';
import type { Seen } from '../../ledger/news.ts';

/** What a page waits for news of. Pages that wait for the same share one look. */
export interface Topic {
  readonly name: string;
  readonly look: () => Promise<Seen>;
}

/** One page that is open. */
export interface Listener {
  /** Whose page it is; each has a bounded number of them. */
  readonly person: string;
  /** What the page shows already. */
  readonly seen: string | undefined;
  /** Whether who opened it is still signed in. */
  readonly isStillIn: () => Promise<boolean>;
}

export interface EventHub {
  /** The events for a page; `undefined` where this person has too many open already. Ending the stream ends all. */
  open(topic: Topic, listener: Listener): Readable | undefined;
  close(): void;
}

export interface EventHubOptions {
  /** Milliseconds between two looks of a topic. */
  readonly refreshMs: number;
  /** Milliseconds between two signs of life, with which it is also asked who is still signed in. Default 15,000. */
  readonly heartbeatMs?: number;
  readonly logger: Logger;
}

/** Open pages of one person; a browser closes those of tabs that nobody looks at. */
const MOST_OF_ONE_PERSON = 12;
/** While bytes move that the ledger does not know of, a page is news again after this time. */
const RUNNING_EVERY_MS = 5000;
const RETRY_AFTER_MS = 2000;

/** What a page shows now, to be held against what it could show later. */
export function seenNow({ seen, running }: Seen): string {
  return running > 0 ? `${seen}.${Math.floor(Date.now() / RUNNING_EVERY_MS)}` : seen;
}

interface Open extends Listener {
  readonly stream: PassThrough;
  told: string | undefined;
}

interface Watched {
  readonly topic: Topic;
  readonly pages: Set<Open>;
  timer: NodeJS.Timeout | undefined;
}

/** Looks at the ledger for all open pages and tells each when it should be read anew. */
export function createEventHub({ refreshMs, heartbeatMs = 15_000, logger }: EventHubOptions): EventHub {
  const watched = new Map<string, Watched>();
  const everybody = (): Open[] => [...watched.values()].flatMap(({ pages }) => [...pages]);

  async function look(one: Watched): Promise<void> {
    try {
      const seen = seenNow(await one.topic.look());
      for (const page of one.pages) tell(page, seen);
    } catch (error) {
      logger.debug({ err: error, topic: one.topic.name }, 'The ledger could not be asked for news');
    }
    if (one.pages.size > 0) one.timer = setTimeout(() => void look(one), refreshMs);
  }

  function leave(one: Watched, page: Open): void {
    one.pages.delete(page);
    if (one.pages.size > 0) return;
    clearTimeout(one.timer);
    if (watched.get(one.topic.name) === one) watched.delete(one.topic.name);
  }

  async function beat(): Promise<void> {
    await Promise.all(
      everybody().map(async (page) => {
        if (await page.isStillIn().catch(() => true)) page.stream.write(': still here\n\n');
        else page.stream.end();
      }),
    );
  }
  const heart = setInterval(() => void beat(), heartbeatMs).unref();

  return {
    open(topic, listener) {
      if (everybody().filter(({ person }) => person === listener.person).length >= MOST_OF_ONE_PERSON) return undefined;
      const one = watched.get(topic.name) ?? { topic, pages: new Set<Open>(), timer: undefined };
      watched.set(topic.name, one);
      const page: Open = { ...listener, stream: new PassThrough(), told: listener.seen };
      page.stream.write(`retry: ${RETRY_AFTER_MS}\n\n`);
      page.stream.on('close', () => leave(one, page));
      one.pages.add(page);
      if (one.timer === undefined) one.timer = setTimeout(() => void look(one), 0);
      return page.stream;
    },
    close() {
      clearInterval(heart);
      for (const page of everybody()) page.stream.destroy();
    },
  };
}

function tell(page: Open, seen: string): void {
  if (page.told === seen) return;
  page.told = seen;
  page.stream.write(`id: ${seen}\nevent: changed\ndata: now\n\n`);
}
