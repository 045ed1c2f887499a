import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeStagingApp, type StagingPlan } from '../../../activities/qrs/staged-app.ts';
import type { QrsApp } from '../../../activities/qrs/client/types.ts';
import { type ActivityWorld, API, startActivityWorld } from './activity-world.ts';
import { approvedApp, fault, newName, requestsTo } from './acts.ts';

let world: ActivityWorld;
let promotionKey: string;
let name: string;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(async () => {
  promotionKey = (await approvedApp(world)).decision.promotionKey;
  name = `~waybill/test/${promotionKey}/prod/1`;
  world.prod.requestLog.clear();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

/** Apps that count as not whole, by id. */
const cut = new Set<string>();

interface Wish extends Partial<StagingPlan> {
  readonly attempt?: number;
}

/** Makes the staging app; `made` counts how many were made for it. */
async function stage({ attempt = 1, ...wish }: Wish = {}): Promise<{ app: QrsApp; made: number }> {
  let made = 0;
  const plan: StagingPlan = {
    promotionKey,
    site: 'prod',
    number: 1,
    purpose: 'upload',
    whyNotWhole: async ({ id }) => (cut.has(id) ? ['it is cut'] : []),
    make: async (given) => {
      made += 1;
      return { app: { id: create(given) } as QrsApp };
    },
    ...wish,
  };
  const app = await world.inside((deps) => makeStagingApp(deps, plan), { attempt });
  return { app, made };
}

function create(given = name): string {
  return world.prod.actAs.createApp({ name: given, owner: API });
}

async function note(row: {
  appId?: string;
  state: 'intended' | 'open' | 'published';
  purpose?: StagingPlan['purpose'];
}) {
  await world.ledger.upsertStaging({ promotionKey, target: 'prod', n: 1, name, purpose: 'upload', ...row });
}

const noted = () => world.ledger.getStaging({ promotionKey, target: 'prod', n: 1 });
const named = () => world.prod.apps().filter((app) => app.name === name);
const looksByName = () => requestsTo(world.prod).filter((request) => request === 'GET /qrs/app/full').length;

describe('an app under a staging name', () => {
  it('is made, written down and given as the site shows it', async () => {
    const { app, made } = await stage();

    expect(made).toBe(1);
    expect(app).toMatchObject({ name, published: false });
    expect(await noted()).toMatchObject({ appId: app.id, state: 'open', name, purpose: 'upload' });
    expect(looksByName()).toBe(0);
  });

  it('is written down as intended before it is made', async () => {
    const lost = async () => Promise.reject(new Error('The reply was lost'));

    await expect(stage({ make: lost })).rejects.toThrow('The reply was lost');

    expect(await noted()).toMatchObject({ state: 'intended', name });
    expect((await noted())?.appId ?? undefined).toBeUndefined();
  });

  it('is not believed to be there by the answer to making it alone', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';

    await expect(stage({ make: async () => ({ app: { id: unknown } as QrsApp }) })).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_DONE',
      facts: { site: 'prod', appId: unknown, what: 'made' },
    });
    expect(await noted()).toMatchObject({ state: 'intended' });
  });
});

describe('an app that the site was seen to have', () => {
  it('is not asked for once more', async () => {
    world.prod.requestLog.clear();

    const { app } = await stage({ make: async (given) => ({ app: { id: create(given) } as QrsApp, isSeen: true }) });

    expect(requestsTo(world.prod)).toEqual([]);
    expect(await noted()).toMatchObject({ state: 'open', appId: app.id });
  });
});

describe('an app that an earlier attempt may have made under a staging name', () => {
  it('is adopted at a repeat, though nothing was written down of it', async () => {
    const id = create();

    expect(await stage({ attempt: 2 })).toMatchObject({ app: { id }, made: 0 });
    expect(await noted()).toMatchObject({ appId: id, state: 'open' });
  });

  it('is adopted at a first attempt, where an earlier run wrote down what it intended', async () => {
    const id = create();
    await note({ state: 'intended' });

    expect(await stage()).toMatchObject({ app: { id }, made: 0 });
  });

  it('is found though the site shows it only after a while', async () => {
    const id = create();
    fault(world.prod, {
      effect: { type: 'status', status: 200, json: [] },
      method: 'GET',
      path: '/app/full',
      times: 2,
    });

    expect(await stage({ attempt: 2 })).toMatchObject({ app: { id }, made: 0 });
  });

  it('is made anew where it never shows', async () => {
    const { made } = await stage({ attempt: 2 });

    expect(made).toBe(1);
    expect(looksByName()).toBe(3);
  });

  it('is removed and made anew where it is not whole', async () => {
    const half = create();
    cut.add(half);

    const { app, made } = await stage({ attempt: 2 });

    expect(made).toBe(1);
    expect(named().map(({ id }) => id)).toEqual([app.id]);
    expect(app.id).not.toBe(half);
  });

  it('is one: whole ones beside it, and those that are not whole, are removed', async () => {
    const [half] = [create(), create(), create()];
    cut.add(half);

    const { app, made } = await stage({ attempt: 2 });

    expect(made).toBe(0);
    expect(named().map(({ id }) => id)).toEqual([app.id]);
    expect(app.id).not.toBe(half);
  });

  it('is none of those that stand published under its name', async () => {
    const published = create();
    world.prod.actAs.publish(published, 'Sales');

    const { app, made } = await stage({ attempt: 2 });

    expect(made).toBe(1);
    expect(app.id).not.toBe(published);
    expect(world.prod.app(published)).toBeDefined();
  });
});

describe('a staging app that the ledger knows', () => {
  it('is the one once it was published, under whatever name, and that is written down', async () => {
    const id = create();
    await note({ appId: id, state: 'open' });
    world.prod.actAs.publish(id, 'Sales', { name: newName() });

    expect(await stage()).toMatchObject({ app: { id }, made: 0 });

    expect(await noted()).toMatchObject({ appId: id, state: 'published' });
    expect(looksByName()).toBe(0);
  });

  it('is the one where it was published and somebody took it out of its stream since', async () => {
    const id = create(newName());
    await note({ appId: id, state: 'published' });

    expect(await stage()).toMatchObject({ app: { id }, made: 0 });
    expect(await noted()).toMatchObject({ state: 'published' });
  });

  it("is the one where it is an owner's copy, which has his name by now", async () => {
    const id = create(newName());
    await note({ appId: id, state: 'open', purpose: 'unpublish' });

    expect(await stage({ purpose: 'unpublish' })).toMatchObject({ app: { id }, made: 0 });
    expect(looksByName()).toBe(0);
  });

  it.each([
    ['an upload that bears another name', 'upload', 'open'],
    ["an owner's copy that is only intended", 'unpublish', 'intended'],
  ] as const)('is not the one by its id alone: %s', async (_, purpose, state) => {
    const other = create(newName());
    await note({ appId: other, state, purpose });

    const { app, made } = await stage({ purpose });

    expect(made).toBe(1);
    expect(app.id).not.toBe(other);
    expect(world.prod.app(other)).toBeDefined();
  });

  it('is looked for by its name where the one that is known is gone', async () => {
    const gone = create();
    world.prod.actAs.deleteApp(gone);
    await note({ appId: gone, state: 'published' });
    const id = create();

    expect(await stage()).toMatchObject({ app: { id }, made: 0 });
    expect(await noted()).toMatchObject({ appId: id, state: 'open' });
  });
});
