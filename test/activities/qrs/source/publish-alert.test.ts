import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import type { StoredDecision } from '../../../../activities/qrs/source/stored-decision.ts';
import { neverDate } from '../../../../activities/qrs/client/types.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, assess, decided, fault, mailsIn, publishedApp, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
  world.dev.actAs.createProperty('AnotherAlert', [], ['Stream']);
});
afterEach(() => {
  world.mend();
  streamSays({});
});
afterAll(async () => {
  await world?.close();
});

function streamSays(properties: { EmailAlertOnPublishTo?: string[]; AnotherAlert?: string[] }): void {
  const none = { EmailAlertOnPublishTo: [], AnotherAlert: [] };
  world.dev.actAs.setStreamProperties('Sales', undefined, { ...none, ...properties });
}

async function alertedOf({ id }: SourceApp): Promise<string | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [id])).get(id)?.memory.alertedPublishUtc;
}

const kinds = async ({ id }: SourceApp) => mailsIn((await assess(world, id)).mails).map(({ kind }) => kind);
const publishTime = ({ id }: SourceApp) => String(world.dev.app(id)!['publishTime']);

describe('the alert of a publish', () => {
  it('is claimed under a key of its own, before there is any promotion', async () => {
    const app = await publishedApp(world);

    await assess(world, app.id);

    const claim = { kind: 'publish', site: 'dev', appId: app.id, key: publishTime(app) } as const;
    expect(await world.ledger.getClaim(claim)).toMatchObject({ promotionKey: `dev.${app.id}`, state: 'open' });
  });

  it('is asked for by one of several words for yes', async () => {
    world.configure((yaml) => (yaml['sources'].dev.words = { yes: ['True', 'Yes'] }));
    streamSays({ EmailAlertOnPublishTo: ['yes'] });

    expect(await kinds(await publishedApp(world))).toEqual(['publishAlert']);
  });

  it('is not asked for by another property of the stream', async () => {
    streamSays({ AnotherAlert: ['True'] });
    const app = await publishedApp(world);

    expect(await kinds(app)).toEqual([]);
    expect(await alertedOf(app)).toBeUndefined();
  });

  it('is asked for beside another property of the stream', async () => {
    streamSays({ AnotherAlert: ['False'], EmailAlertOnPublishTo: ['True'] });

    expect(await kinds(await publishedApp(world))).toEqual(['publishAlert']);
  });

  it('is nobody asked for where the stream is gone', async () => {
    streamSays({ EmailAlertOnPublishTo: ['True'] });
    const app = await publishedApp(world);
    fault(world.dev, { effect: { type: 'status', status: 200, json: [] }, method: 'GET', path: '/stream/full' });

    expect(await kinds(app)).toEqual([]);
    expect(await alertedOf(app)).toBeUndefined();
  });

  it('is not noted as told where mail is off, so that it is asked for once mail is on', async () => {
    streamSays({ EmailAlertOnPublishTo: ['True'] });
    world.configure((yaml) => (yaml['mail'] = { enabled: false }));
    const app = await publishedApp(world);

    await assess(world, app.id);

    expect(await alertedOf(app)).toBeUndefined();
  });

  it('is none of an app whose publish the site does not date', async () => {
    streamSays({ EmailAlertOnPublishTo: ['True'] });
    const app = await publishedApp(world);
    const json = { ...world.dev.app(app.id), publishTime: neverDate };
    fault(world.dev, { effect: { type: 'status', status: 200, json }, method: 'GET', path: `/app/${app.id}` });

    expect(await kinds(app)).toEqual([]);
    expect((await world.ledger.openClaims()).filter(({ appId }) => appId === app.id)).toEqual([]);
  });

  it('is told of each publish anew', async () => {
    streamSays({ EmailAlertOnPublishTo: ['True'] });
    const app = await publishedApp(world);
    await assess(world, app.id);
    await assess(world, app.id);
    expect(await kinds(app)).toEqual([]);
    const json = { ...world.dev.app(app.id), publishTime: '2199-01-01T00:00:00.000Z' };
    fault(world.dev, { effect: { type: 'status', status: 200, json }, method: 'GET', path: `/app/${app.id}` });

    expect(await kinds(app)).toEqual(['publishAlert']);
    expect(await alertedOf(app)).toBe('2199-01-01T00:00:00.000Z');
  });

  it('is owed to nobody by a decision on an app whose publish has no date', async () => {
    streamSays({ EmailAlertOnPublishTo: ['True'] });
    const { app, decision } = await approvedApp(world);
    const { promotionKey } = decision;
    const stored = (await world.ledger.getPromotion<StoredDecision>(promotionKey))!.decision;
    const revision = { ...stored.source.revision, publishedAtUtc: undefined };
    const changed = { ...stored, source: { ...stored.source, revision } };
    await world.ledger.updatePromotion(promotionKey, { decision: changed });

    expect(await kinds(app)).toEqual(['approved']);
  });

  it('is owed to nobody by a decision on an app whose publish was looked at before', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    await assess(world, app.id);
    streamSays({ EmailAlertOnPublishTo: ['True'] });
    approve(world, app.id);
    await decided(world, app.id);

    expect(await kinds(app)).toEqual(['approved']);
  });
});
