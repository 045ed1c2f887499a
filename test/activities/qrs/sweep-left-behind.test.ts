import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../activities/qrs/app-memory.ts';
import type { SweepStagingOutcome } from '../../../activities/watch-types.ts';
import { type ActivityWorld, API, REP, startActivityWorld } from './activity-world.ts';
import {
  approvedApp,
  cancelEachCall,
  exported,
  fault,
  loseReply,
  requestsTo,
  type Upload,
  uploadedApp,
} from './acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(() => {
  for (const site of [world.dev, world.prod]) for (const { id } of site.apps()) site.actAs.deleteApp(id);
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const ENDED = '2026-05-04T10:00:00.000Z';
const LATER = '2199-01-01T00:00:00.000Z';

function sweep(site: 'dev' | 'prod' = 'prod'): Promise<SweepStagingOutcome> {
  world.nowUtc = LATER;
  return world.run((activities) => activities.sweepStagingOf({ site }));
}

/** An upload whose promotion ended long ago. */
async function leftBehind(): Promise<Upload> {
  const upload = await uploadedApp(world);
  await world.ledger.updatePromotion(upload.decision.promotionKey, { state: 'aborted', endedAtUtc: ENDED });
  return upload;
}

const stagingsOf = ({ decision: { promotionKey } }: Upload) => world.ledger.listStagings({ promotionKey });

describe('a staging app that the site does not list for a moment', () => {
  it('is not settled while it still bears its staging name: the next sweep removes it', async () => {
    const upload = await leftBehind();
    fault(world.prod, { effect: { type: 'status', status: 200, json: [] }, method: 'GET', path: '/app/full' });

    expect(await sweep()).toEqual({ removed: 0, left: 0 });
    expect(await stagingsOf(upload)).toMatchObject([{ state: 'open' }]);

    expect(await sweep()).toEqual({ removed: 1, left: 0 });
    expect(await stagingsOf(upload)).toMatchObject([{ state: 'removed' }]);
  });
});

describe('a sweep', () => {
  it('ends when it is cancelled, whichever of its calls hangs', async () => {
    const calls = await cancelEachCall(world, world.prod, async () => {
      const named = await leftBehind();
      world.prod.actAs.rename(named.staged.appId, named.app.name);
      await leftBehind();
      world.nowUtc = LATER;
      return (attempt) => world.run((activities) => activities.sweepStagingOf({ site: 'prod' }), attempt);
    });

    expect(calls).toBeGreaterThanOrEqual(4);
  });
});

describe('what the ledger has as staged', () => {
  it('is not settled where the sweep left it, as its promotion is open', async () => {
    const upload = await uploadedApp(world);

    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    expect(await stagingsOf(upload)).toMatchObject([{ state: 'open' }]);
  });

  it('is not settled where it has no app yet', async () => {
    const { promotionKey } = (await leftBehind()).decision;
    const row = { promotionKey, target: 'prod', n: 7, name: 'none', purpose: 'upload', state: 'abandoned' } as const;
    await world.ledger.upsertStaging(row);

    await sweep();

    expect(await world.ledger.getStaging({ promotionKey, target: 'prod', n: 7 })).toMatchObject({ state: 'abandoned' });
  });

  it('is noted as removed for the app that was removed, and for no other', async () => {
    const goesOn = await uploadedApp(world);
    const upload = await leftBehind();

    expect(await sweep()).toEqual({ removed: 1, left: 1 });

    expect(await stagingsOf(goesOn)).toMatchObject([{ state: 'open' }]);
    expect(await stagingsOf(upload)).toMatchObject([{ state: 'removed' }]);
  });

  it('is settled at this site only', async () => {
    const { promotionKey } = (await leftBehind()).decision;
    const appId = '00000000-0000-4000-8000-000000000000';
    const row = { promotionKey, target: 'dev', n: 1, name: 'x', appId, purpose: 'upload', state: 'open' } as const;
    await world.ledger.upsertStaging(row);

    await sweep();
    expect(await world.ledger.getStaging({ promotionKey, target: 'dev', n: 1 })).toMatchObject({ state: 'open' });
    await sweep('dev');

    expect(await world.ledger.getStaging({ promotionKey, target: 'dev', n: 1 })).toMatchObject({ state: 'removed' });
  });

  it('is looked at no more once it was settled', async () => {
    const upload = await leftBehind();
    world.prod.actAs.publish(upload.staged.appId, 'Sales', { name: upload.app.name });
    await sweep();
    world.prod.requestLog.clear();

    await sweep();

    expect(requestsTo(world.prod)).not.toContain('GET /qrs/app/{id}');
  });
});

describe('a staging app that the ledger does not know', () => {
  const name = '~waybill/test/unknownunknown/prod/1';
  /** Has the site tell these dates of it. */
  function dated(dates: { modifiedDate?: string; createdDate?: string }): void {
    const app = world.prod.app(world.prod.actAs.createApp({ name, owner: API }))!;
    const json = [{ ...app, modifiedDate: undefined, createdDate: undefined, ...dates }];
    fault(world.prod, { effect: { type: 'status', status: 200, json }, method: 'GET', path: '/app/full' });
  }

  it('is old by when it was made, where the site does not tell when it was changed', async () => {
    dated({ createdDate: ENDED });

    expect(await sweep()).toEqual({ removed: 1, left: 0 });
  });

  it('is not old while it was changed lately, however long ago it was made', async () => {
    dated({ createdDate: ENDED, modifiedDate: LATER });

    expect(await sweep()).toEqual({ removed: 0, left: 1 });
  });

  it('is left where the site tells no date of it', async () => {
    dated({});

    expect(await sweep()).toEqual({ removed: 0, left: 1 });
  });
});

describe('exports that nobody waits for', () => {
  /** An app of which an export is open at the site; its promotion ended unless it is to be `open`. */
  async function begun({ open = false } = {}) {
    const { app, decision } = await approvedApp(world);
    loseReply(world.dev, 'POST', '/export/');
    await expect(exported(world, decision)).rejects.toThrow();
    if (!open) await world.ledger.updatePromotion(decision.promotionKey, { state: 'aborted', endedAtUtc: ENDED });
    return { app, promotionKey: decision.promotionKey };
  }

  const openExports = () => world.dev.openExports().map(({ appId }) => appId);

  it('are ended app by app, beside one that goes on', async () => {
    const goesOn = await begun({ open: true });
    await begun();

    await sweep('dev');

    expect(openExports()).toEqual([goesOn.app.id]);
    await world.ledger.updatePromotion(goesOn.promotionKey, { state: 'aborted', endedAtUtc: ENDED });
    await sweep('dev');
    expect(openExports()).toEqual([]);
  });

  it('wait while the site is delivered to, which may compare by an export of its own', async () => {
    const { app } = await begun();
    const { promotionKey } = (await approvedApp(world)).decision;
    await world.ledger.upsertDelivery({ promotionKey, target: 'dev', state: 'verifying' });

    await sweep('dev');
    expect(openExports()).toEqual([app.id]);
    await world.ledger.upsertDelivery({ promotionKey, target: 'dev', state: 'verified', endedAtUtc: ENDED });
    await sweep('dev');

    expect(openExports()).toEqual([]);
  });

  it('do not wait for a delivery to another site', async () => {
    await begun();
    const { promotionKey } = (await approvedApp(world)).decision;
    await world.ledger.upsertDelivery({ promotionKey, target: 'prod', state: 'verifying' });

    await sweep('dev');

    expect(openExports()).toEqual([]);
  });

  it('are none of an app of which no token is remembered', async () => {
    const id = world.dev.actAs.createApp({ name: 'Nothing of it', owner: REP });
    await world.ledger.updateAppMemory<AppMemory>('dev', id, () => ({ digest: 'known' }));
    world.dev.requestLog.clear();

    await sweep('dev');

    expect(requestsTo(world.dev).filter((request) => request.includes('/export/'))).toEqual([]);
    expect((await world.ledger.getAppMemory<AppMemory>('dev', [id])).get(id)?.memory).toEqual({ digest: 'known' });
  });
});
