import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookSeveralTimes, lookTwiceForMissing } from '../../../activities/qrs/look-several-times.ts';
import { changeApp, deleteApp } from '../../../activities/qrs/proven-writes.ts';
import { type ActivityWorld, API, startActivityWorld } from './activity-world.ts';
import { fault, newName, requestsTo } from './acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
let id: string;
beforeEach(() => {
  id = world.prod.actAs.createApp({ name: newName(), owner: API, description: 'Before' });
  world.prod.requestLog.clear();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const APP = /\/app\/[0-9a-f-]{36}\?/;

const describeAs = (description: string) =>
  world.inside((deps) =>
    changeApp(deps, 'prod', id, (app) => (app.description === description ? undefined : { ...app, description })),
  );
const remove = () => world.inside((deps) => deleteApp(deps, 'prod', id));
const notDone = (what: string) => ({ code: 'WAYBILL_PROMOTION_NOT_DONE', facts: { site: 'prod', appId: id, what } });

/** The site shows this of the app from its nth reading on. */
function shown(nth: number, app: Record<string, unknown>): void {
  const effect = { type: 'status', status: 200, json: { ...world.prod.app(id), ...app } } as const;
  fault(world.prod, { effect, method: 'GET', path: APP, nth, times: 0 });
}

describe('a change of an app', () => {
  it('gives the app as it stands afterwards', async () => {
    expect(await describeAs('After')).toMatchObject({ id, description: 'After' });
    expect(world.prod.app(id)).toMatchObject({ description: 'After' });
  });

  it('is not written, and not looked at again, where it is there already', async () => {
    expect(await describeAs('Before')).toMatchObject({ id, description: 'Before' });
    expect(requestsTo(world.prod)).toEqual(['GET /qrs/app/{id}']);
  });

  it('is not believed where the site shows the app as it was', async () => {
    fault(world.prod, { effect: { type: 'not-done' }, method: 'PUT', path: APP });

    await expect(describeAs('After')).rejects.toMatchObject(notDone('changed'));
  });

  it('is believed by a newer date, for a site may write what it was given in another way', async () => {
    shown(2, { description: 'after', modifiedDate: '2199-01-01T00:00:00.000Z' });

    expect(await describeAs('After')).toMatchObject({ description: 'after' });
  });

  it('is believed by what stands, though the site gave it no newer date', async () => {
    shown(2, { description: 'After' });

    expect(await describeAs('After')).toMatchObject({ description: 'After' });
  });

  it('is not believed of an app that is gone afterwards', async () => {
    const gone = { type: 'status', status: 404, text: 'gone' } as const;
    fault(world.prod, { effect: gone, method: 'GET', path: APP, nth: 2, times: 0 });
    fault(world.prod, {
      effect: { type: 'status', status: 200, json: [] },
      method: 'GET',
      path: '/app/full',
      times: 0,
    });

    await expect(describeAs('After')).rejects.toMatchObject(notDone('changed'));
  });
});

describe('a deletion of an app', () => {
  it('is seen to be done', async () => {
    await remove();

    expect(world.prod.app(id)).toBeUndefined();
    expect(requestsTo(world.prod).slice(0, 2)).toEqual(['DELETE /qrs/app/{id}', 'GET /qrs/app/{id}']);
  });

  it('is not believed where the site still shows the app', async () => {
    fault(world.prod, { effect: { type: 'not-done' }, method: 'DELETE', path: APP });

    await expect(remove()).rejects.toMatchObject(notDone('deleted'));
  });

  it('is done for an app that is gone, which is not read then', async () => {
    world.prod.actAs.deleteApp(id);
    world.prod.requestLog.clear();

    await remove();

    expect(requestsTo(world.prod)).not.toContain('GET /qrs/app/{id}');
  });
});

describe('a look for what an earlier attempt may have made', () => {
  const LOOKS = 3;

  /** Looks that give these one after the other, and undefined after them; how many there were, and how long it took. */
  async function looking<T>(found: readonly T[], isMissing?: (one: T | undefined) => boolean) {
    let looks = 0;
    const look = async (): Promise<T | undefined> => found[looks++];
    const startMs = performance.now();
    const result = await world.inside((deps) =>
      isMissing ? lookTwiceForMissing(deps, look, isMissing) : lookSeveralTimes(deps, look),
    );
    return { result, looks, tookMs: performance.now() - startMs };
  }

  const slowly = () => world.configure((yaml) => (yaml['retry'] = { lookAfter: '300ms', looks: LOOKS }));

  it('ends with the first find, without any wait', async () => {
    world.configure((yaml) => (yaml['retry'] = { lookAfter: '1h', looks: LOOKS }));

    expect(await looking(['it'])).toMatchObject({ result: 'it', looks: 1 });
  });

  it.each([0, '', false, null])('takes %j for a find', async (found) => {
    expect(await looking([found])).toMatchObject({ result: found, looks: 1 });
  });

  it('goes on to the last look, over no more than the time that is set for it', async () => {
    slowly();

    const { tookMs, ...seen } = await looking([]);

    expect(seen).toEqual({ result: undefined, looks: LOOKS });
    expect(tookMs).toBeGreaterThan(190);
    expect(tookMs).toBeLessThan(1500);
  });

  it('finds what shows only at the last look', async () => {
    expect(await looking([undefined, undefined, 'late'])).toMatchObject({ result: 'late', looks: LOOKS });
  });

  it('is one where nothing is missing', async () => {
    world.configure((yaml) => (yaml['retry'] = { lookAfter: '1h', looks: LOOKS }));

    expect(await looking([1, 2], () => false)).toMatchObject({ result: 1, looks: 1 });
  });

  it('is done once more, a while later, where something is missing: one answer must not decide that', async () => {
    slowly();

    const { tookMs, ...seen } = await looking([1, 2, 3], () => true);

    expect(seen).toEqual({ result: 2, looks: 2 });
    expect(tookMs).toBeGreaterThan(95);
    expect(tookMs).toBeLessThan(700);
  });
});
