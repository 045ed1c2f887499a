import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEventHub, type EventHub, seenNow } from '../../console/server/event-hub.ts';
import { memoryLogger } from '../harness/memory-logger.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type Browser, type ConsoleWorld, startConsoleWorld } from './console-world.ts';
import { delivery, promotion, trouble, waits } from './filled-ledger.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await startConsoleWorld({
    change: (yaml) => {
      yaml['console'].refresh = '50ms';
    },
  });
});
afterAll(() => world?.close());

/** A page's stream of events as a browser has it. */
interface Stream {
  readonly status: number;
  /** What came so far. */
  text(): string;
  readonly ended: Promise<void>;
  close(): void;
}

const open: Stream[] = [];
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

async function listen(browser: Browser, path: string, lastEventId?: string): Promise<Stream> {
  const control = new AbortController();
  const cookie = `${browser.cookieName('session')}=${browser.cookie('session') ?? ''}`;
  const headers = { cookie, accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const reply = await fetch(new URL(path, world.url), { headers, signal: control.signal });
  let text = '';
  const read = async (): Promise<void> => {
    for await (const chunk of reply.body ?? []) text += Buffer.from(chunk).toString();
  };
  const stream = {
    status: reply.status,
    text: () => text,
    ended: read().catch(() => undefined),
    close: () => control.abort(),
  };
  open.push(stream);
  return stream;
}

/** Where the page that is open says that it hears news. */
function liveOf(page: string): string {
  return (/data-live="([^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&');
}

describe('an open page', () => {
  it('hears that something changed, and nothing while nothing does', async () => {
    await promotion(world.ledger, { key: 'livepromotionaaa', name: 'Live', state: 'delivering' });
    const vera = await world.signedIn('vera');
    const live = liveOf((await vera.open('/promotions/livepromotionaaa')).text);

    const stream = await listen(vera, live);
    await waitFor('the stream to begin', () => stream.text().includes('retry:'));
    expect(stream.text()).not.toContain('changed');
    await delivery(world.ledger, 'livepromotionaaa', 'prod', 'needs-operator', { trouble: trouble() });

    await waitFor('the news', () => /id: \S+\nevent: changed\ndata: now\n\n/.test(stream.text()));
  });

  it('that lost its connection hears what it missed, and only then', async () => {
    await promotion(world.ledger, { key: 'livepromotionbbb', name: 'Live', state: 'delivering' });
    const vera = await world.signedIn('vera');
    const live = liveOf((await vera.open('/promotions/livepromotionbbb')).text);
    const first = await listen(vera, live);
    await delivery(world.ledger, 'livepromotionbbb', 'test', 'staging');
    const id = await waitFor('the news', () => /id: (\S+)/.exec(first.text())?.[1]);
    first.close();

    const same = await listen(vera, live, id);
    const before = await listen(vera, live);
    await waitFor('the page that knows nothing to hear', () => before.text().includes('changed'));
    expect(same.text()).not.toContain('changed');
    await delivery(world.ledger, 'livepromotionbbb', 'test', 'publishing');

    await waitFor('the news after it came back', () => same.text().includes('changed'));
  });

  it('of the inbox hears of an app that waits', async () => {
    const anna = await world.signedIn('anna');
    const stream = await listen(anna, liveOf((await anna.open('/')).text));

    await waits(world.ledger, { name: 'New in the inbox' });

    await waitFor('the news', () => stream.text().includes('changed'));
  });

  it('is refused to who is not signed in, and where somebody has too many', async () => {
    const stranger = await fetch(new URL('/events/open-work', world.url));
    expect(stranger.status).toBe(401);
    const vera = await world.signedIn('vera');
    const all = [];
    for (let count = 0; count < 13; count += 1) all.push(await listen(vera, '/events/open-work'));

    expect(all.map(({ status }) => status)).toEqual([...Array.from({ length: 12 }, () => 200), 429]);
    all[0]?.close();
    await waitFor('room for another', async () => (await listen(vera, '/events/open-work')).status === 200);
  });
});

describe('the hub of news', () => {
  let hub: EventHub | undefined;
  afterEach(() => hub?.close());

  it('looks once for all pages of a topic, shows that it lives, and stops when the last is closed', async () => {
    let looks = 0;
    hub = createEventHub({ refreshMs: 5, heartbeatMs: 10, logger: memoryLogger() });
    const look = async () => ({ seen: `state-${(looks += 1)}`, running: 0 });
    const of = (person: string) =>
      hub?.open({ name: 'one', look }, { person, seen: undefined, isStillIn: async () => true });
    const [left, right] = [of('a'), of('b')];
    const heard = { left: '', right: '' };
    left?.on('data', (chunk) => (heard.left += String(chunk)));
    right?.on('data', (chunk) => (heard.right += String(chunk)));

    await waitFor(
      'signs of life and news',
      () => heard.left.includes(': still here') && heard.left.includes('state-3'),
    );
    const ids = (text: string) => text.match(/id: \S+/g)?.slice(0, 3);
    expect(ids(heard.left)).toEqual(ids(heard.right));
    left?.destroy();
    right?.destroy();
    for (const stream of [left, right]) if (stream && !stream.closed) await once(stream, 'close');
    const after = looks;
    await waitFor('the next heartbeats', async () => (await look(), looks > after + 3));
    expect(looks).toBe(after + 4);
  });

  it('ends when whoever opened the page is signed in no more', async () => {
    hub = createEventHub({ refreshMs: 5, heartbeatMs: 5, logger: memoryLogger() });
    let isIn = true;
    const topic = { name: 'one', look: async () => ({ seen: 'same', running: 0 }) };
    const stream = hub.open(topic, { person: 'a', seen: 'same', isStillIn: async () => isIn });
    stream?.resume();

    isIn = false;

    if (stream && !stream.readableEnded) await once(stream, 'end');
    expect(stream?.readableEnded).toBe(true);
  });

  it('goes on after the ledger could not be asked', async () => {
    let looks = 0;
    hub = createEventHub({ refreshMs: 5, logger: memoryLogger() });
    const look = async () => {
      looks += 1;
      if (looks < 3) throw new Error('locked');
      return { seen: 'later', running: 0 };
    };
    const stream = hub.open({ name: 'one', look }, { person: 'a', seen: 'before', isStillIn: async () => true });
    let heard = '';
    stream?.on('data', (chunk) => (heard += String(chunk)));

    await waitFor('the news', () => heard.includes('id: later'));
  });

  it('is news by itself now and then while bytes move', () => {
    expect(seenNow({ seen: 'x', running: 0 })).toBe('x');
    expect(seenNow({ seen: 'x', running: 1 })).toMatch(/^x\.\d+$/);
  });
});
