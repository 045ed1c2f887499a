import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestTemporal, testTemporal } from '../../harness/temporal.ts';
import { change, hintsOf, type ListenerUnderTest, listenerUnderTest } from './listener-fixture.ts';

let temporal: TestTemporal;
let under: ListenerUnderTest;

beforeAll(async () => {
  temporal = await testTemporal();
});

beforeEach(async () => {
  under = await listenerUnderTest(temporal.address);
});

afterEach(() => under?.close());
afterAll(() => temporal?.close());

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

describe('callbacks that come while a signal is under way', () => {
  it('travel together in the next one, each id once, and all are answered with 204', async () => {
    const apps = ids(40);
    const path = under.path(under.dev);

    const replies = await Promise.all(
      Array.from({ length: 400 }, (_, index) => under.post(path, [change(apps[index % 40]!)])),
    );

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([204]));
    const hints = await hintsOf(temporal.client, under.dev);
    expect(new Set(hints.flat())).toEqual(new Set(apps));
    for (const hint of hints) expect(new Set(hint).size).toBe(hint.length);
    expect(hints.length).toBeLessThan(200);
  });

  it('of another site do not wait for it', async () => {
    const [one, other] = ids(2);

    await Promise.all([
      under.post(under.path(under.dev), [change(one!)]),
      under.post(under.path(under.lab), [change(other!)]),
    ]);

    expect(await hintsOf(temporal.client, under.dev)).toEqual([[one]]);
    expect(await hintsOf(temporal.client, under.lab)).toEqual([[other]]);
  });
});

describe('a callback with more than 1,000 apps', () => {
  it('is spread over signals of at most 1,000 and answered after the last', async () => {
    const apps = ids(2500);
    const changes = apps.map((objectID) => ({ objectType: 'App', objectID }));

    const reply = await under.post(under.path(under.dev), [...changes, ...changes]);

    expect(reply.status).toBe(204);
    const hints = await hintsOf(temporal.client, under.dev);
    expect(hints.map(({ length }) => length)).toEqual([1000, 1000, 500]);
    expect(hints.flat()).toEqual(apps);
  });
});

describe('a single callback', () => {
  it('makes one signal at once', async () => {
    const [first, second] = ids(2);

    await under.post(under.path(under.dev), [change(first!)]);
    await under.post(under.path(under.dev), [change(second!)]);

    expect(await hintsOf(temporal.client, under.dev)).toEqual([[first], [second]]);
  });
});
