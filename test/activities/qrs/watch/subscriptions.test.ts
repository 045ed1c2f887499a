import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { type ActivityWorld, type Attempt, startActivityWorld } from '../activity-world.ts';
import { cancelled, fault, loseReply, requestsTo } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

async function siteMemory(): Promise<SiteMemory> {
  return (await world.ledger.getSiteMemory<SiteMemory>('dev'))!.memory;
}

describe('renewing subscriptions', () => {
  const renew = (attempt = 1) => world.run((activities) => activities.renewSubscriptions({ site: 'dev' }), { attempt });
  const handles = () => world.dev.subscriptions().map(({ handle }) => handle);

  /** The repository forgets its subscriptions; returns when it can be reached again. */
  async function restart(): Promise<void> {
    await world.dev.restartRepository(0);
    const about = () => world.inside((deps) => deps.qrs('dev').about());
    await waitFor('the site to answer', () => about().then(Boolean, () => false));
  }

  beforeEach(async () => {
    world.dev.switches.identicalSubscriptions = 'separate';
    await restart();
  });

  it('asks for updates and deletions of apps, and writes the handles down', async () => {
    expect(await renew()).toEqual({ restarted: false });

    const standing = world.dev.subscriptions();
    expect(standing.map(({ kind, changeType }) => `${kind} ${changeType}`)).toEqual(['App 2', 'App 3']);
    for (const [index, kind] of ['update', 'delete'].entries())
      expect(standing[index]!.url).toMatch(new RegExp(`/notify/dev/.*${kind}`));
    expect(await siteMemory()).toMatchObject({
      handles: { update: handles()[0], delete: handles()[1] },
      formerHandles: [],
    });
  });

  it('makes them anew and removes the former ones', async () => {
    await renew();
    const former = handles();

    expect(await renew()).toEqual({ restarted: false });

    expect(handles()).toHaveLength(2);
    for (const handle of former) expect(handles()).not.toContain(handle);
    expect((await siteMemory()).formerHandles).toEqual([]);
  });

  it('removes none where the site gives the same handles again', async () => {
    world.dev.switches.identicalSubscriptions = 'collapse';
    await renew();
    const former = handles();

    expect(await renew()).toEqual({ restarted: false });
    expect(handles()).toEqual(former);
  });

  it('tells that the repository restarted where it knows a former handle no more', async () => {
    await renew();
    await restart();

    expect(await renew()).toEqual({ restarted: true });
    expect(handles()).toHaveLength(2);
    expect(await renew()).toEqual({ restarted: false });
  });

  it('is undone by a sweep once the site is polled, by the next one where the site refuses', async () => {
    await renew();
    world.configure((yaml) => (yaml['sources'].dev.watch = 'poll'));
    const sweep = () => world.run((activities) => activities.sweepSite({ site: 'dev' }));
    fault(world.dev, { effect: { type: 'status', status: 500, text: 'No.' }, method: 'DELETE', path: '/notification' });

    await sweep();
    expect(handles()).toHaveLength(2);
    await sweep();

    expect(handles()).toEqual([]);
    expect(await siteMemory()).toMatchObject({ handles: {}, formerHandles: [] });
    world.dev.requestLog.clear();
    await sweep();
    expect(requestsTo(world.dev).filter((request) => request.startsWith('DELETE'))).toEqual([]);
  });

  it('removes later what it could not remove now', async () => {
    await renew();
    const [first] = handles();
    fault(world.dev, { effect: { type: 'status', status: 503 }, method: 'DELETE', path: '/notification' });
    await expect(renew()).rejects.toThrow();
    expect((await siteMemory()).formerHandles).toEqual([first]);
    expect(handles()).toHaveLength(3);

    await renew(2);

    expect(handles()).toHaveLength(2);
    expect((await siteMemory()).formerHandles).toEqual([]);
  });

  it('leaves at most one behind where the reply to making it was lost', async () => {
    loseReply(world.dev, 'POST', '/notification');
    await expect(renew()).rejects.toThrow();

    await renew(2);
    await renew();

    expect(handles()).toHaveLength(3);
  });

  it.each([
    ['makes one', { method: 'POST', path: '/notification' }],
    ['removes a former one', { method: 'DELETE', path: '/notification' }],
  ])('ends when it is cancelled while it %s', async (_, call) => {
    await renew();
    const again = (attempt: Attempt) => world.run((steps) => steps.renewSubscriptions({ site: 'dev' }), attempt);

    expect(await cancelled(world.dev, call, again)).toBeInstanceOf(Error);
  });

  describe('where the site refuses one like another', () => {
    const conflict = { effect: { type: 'status', status: 409 }, method: 'POST', path: '/notification' } as const;

    it('removes the known one first, and makes it anew', async () => {
      await renew();
      const [first] = handles();
      const struck = fault(world.dev, conflict);

      expect(await renew()).toEqual({ restarted: false });

      expect(struck()).toBe(1);
      expect(handles()).toHaveLength(2);
      expect(handles()).not.toContain(first);
      expect((await siteMemory()).handles).toEqual({
        update: expect.any(String),
        delete: expect.any(String),
      });
    });

    it('leaves one that it does not know: it calls as well', async () => {
      fault(world.dev, conflict);
      await world.ledger.updateSiteMemory<SiteMemory>('dev', (memory) => ({
        ...memory!,
        handles: {},
        formerHandles: [],
      }));

      await renew();

      expect(Object.keys((await siteMemory()).handles ?? {})).toEqual(['delete']);
    });

    it('does without where nothing at all is remembered', async () => {
      fault(world.dev, conflict);
      await world.ledger.updateSiteMemory<SiteMemory>('dev', (memory) => ({ ...memory!, handles: undefined }));

      await renew();

      expect(Object.keys((await siteMemory()).handles ?? {})).toEqual(['delete']);
    });

    it('ends when it is cancelled while it removes the known one, or makes it again', async () => {
      for (const call of [{ method: 'DELETE' }, { method: 'POST', nth: 2 }]) {
        await renew();
        fault(world.dev, conflict);
        const again = (attempt: Attempt) => world.run((steps) => steps.renewSubscriptions({ site: 'dev' }), attempt);

        expect(await cancelled(world.dev, { ...call, path: '/notification' }, again)).toBeInstanceOf(Error);
        world.mend();
      }
    });

    it('leaves it so where it still refuses then', async () => {
      await renew();
      fault(world.dev, { ...conflict, times: 2 });

      await renew();

      expect(Object.keys((await siteMemory()).handles ?? {})).toEqual(['delete']);
    });

    it('takes no other failure for that', async () => {
      fault(world.dev, { ...conflict, effect: { type: 'status', status: 400 } });

      await expect(renew()).rejects.toMatchObject({ code: 'WAYBILL_QRS_REFUSED' });
    });
  });
});
