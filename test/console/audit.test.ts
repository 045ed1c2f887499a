import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleWorld, startConsoleWorld } from './console-world.ts';

const EVENTS = 250;

let world: ConsoleWorld;
let viewer: Browser;
beforeAll(async () => {
  world = await startConsoleWorld();
  viewer = await world.signedIn('vera');
  await world.ledger.withTransaction(async (store) => {
    for (let n = 1; n <= EVENTS; n++)
      await store.appendAudit({
        kind: 'pause',
        type: n % 2 === 0 ? 'resumed' : 'paused',
        atUtc: `2026-03-${String((n % 28) + 1).padStart(2, '0')}T12:00:00.000Z`,
        by: { account: accountOf(n), door: 'console', asserted: false },
        site: 'prod',
        facts: { why: n === 77 ? '<b>look</b>' : `reason ${n}` },
      });
  });
});
afterAll(() => world?.close());

function accountOf(n: number): string {
  if (n === 77) return '=HYPERLINK("https://evil.example")';
  return n % 5 === 0 ? 'COMPANY\\otto' : 'COMPANY\\ada';
}

/** Numbers of the entries that a page shows, in its order. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/<td data-head="Number" class="number">(\d+)<\/td>/g)].map(([, n]) => Number(n));
}

/** The same of a file: the first cell of each line but the first. */
function numbersInFile(text: string): number[] {
  return text
    .split('\r\n')
    .slice(1)
    .flatMap((line) => (/^\d+,/.test(line) ? [Number.parseInt(line, 10)] : []));
}

async function allNumbers(path: string): Promise<number[]> {
  const all: number[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { text } = await viewer.open(next);
    all.push(...numbersIn(text));
    next = /<a class="button" href="([^"]*)">Older ones/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  return all;
}

describe('the audit page', () => {
  it('shows every entry once, newest first, page by page', async () => {
    const numbers = await allNumbers('/audit');

    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
    expect(new Set(numbers).size).toBe(EVENTS);
  });

  it.each([
    '/audit',
    '/audit?account=COMPANY%5Cotto',
    '/audit?text=reason+1',
    '/audit?from=2026-03-10&to=2026-03-12',
    '/audit?kind=pause&site=prod&account=COMPANY%5Cada&text=reason',
    '/audit?kind=decision',
  ])('and its file hold the same: %s', async (path) => {
    const shown = await allNumbers(path);
    const { headers, text } = await viewer.open(path.replace('/audit', '/audit.csv'));

    expect(headers.get('content-disposition')).toContain('attachment');
    expect(numbersInFile(text)).toEqual(shown.toReversed());
  });

  it('has no markup, and its file no formula, of what somebody wrote', async () => {
    const page = await viewer.open('/audit?text=HYPERLINK');
    const file = await viewer.open('/audit.csv?text=HYPERLINK');

    expect(numbersIn(page.text)).toEqual([77]);
    expect(page.text).not.toContain('<b>look');
    expect(file.text).toContain(`,"'=HYPERLINK(`);
  });

  it('says which filter it does not understand', async () => {
    expect(await viewer.open('/audit?from=yesterday')).toMatchObject({ status: 400 });
    expect((await viewer.open('/audit?kind=nonsense')).text).toContain('kind');
  });
});

describe('settings that were taken over', () => {
  it('count for every page made from then on', async () => {
    expect((await viewer.open('/audit')).text).not.toContain('Production in Graz');

    world.takeOver((yaml) => (yaml['sites'].prod.label = 'Production in Graz'));

    expect((await viewer.open('/audit')).text).toContain('Production in Graz');
    world.takeOver(() => undefined);
  });
});
