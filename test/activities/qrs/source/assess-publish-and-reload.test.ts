import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory, SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, assess, decided, fault, later, mailsIn, publishedApp, requestsTo, standing } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(async () => {
  world.mend();
  await firstStart('');
  world.dev.actAs.setStreamProperties('Sales', undefined, { EmailAlertOnPublishTo: [] });
});
afterAll(async () => {
  await world?.close();
});

async function firstStart(firstStartUtc: string): Promise<void> {
  await world.ledger.updateSiteMemory<SiteMemory>('dev', () => ({ firstStartUtc, watermarkUtc: firstStartUtc }));
}

async function memoryOf(appId: string): Promise<AppMemory | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [appId])).get(appId)?.memory;
}

function askForAlerts(...values: string[]): void {
  world.dev.actAs.setStreamProperties('Sales', undefined, { EmailAlertOnPublishTo: values });
}

const publishTime = (appId: string): string => String(world.dev.app(appId)!['publishTime']);

describe('a publish', () => {
  it('is told to the approvers of a stream that asks for it', async () => {
    askForAlerts('true');
    const app = await publishedApp(world);

    const { mails } = await assess(world, app.id);

    const { id } = world.dev.app(app.id)!['stream'] as { id: string };
    expect(mailsIn(mails)).toEqual([
      {
        key: `publishAlert.${Date.parse(publishTime(app.id))}`,
        kind: 'publishAlert',
        to: { to: 'stream', site: 'dev', streamName: 'Sales', streamId: id },
      },
    ]);
    expect(mails[0]!.promotionKey).toBe(`dev.${app.id}`);
    expect((await memoryOf(app.id))?.alertedPublishUtc).toBe(publishTime(app.id));
  });

  it('is told once: the next look may repeat a mail that was lost, later ones say nothing', async () => {
    askForAlerts('True');
    const app = await publishedApp(world);
    const first = await assess(world, app.id);
    world.dev.requestLog.clear();

    const second = await assess(world, app.id);
    expect(mailsIn(second.mails)).toEqual(mailsIn(first.mails));
    expect(requestsTo(world.dev)).not.toContain('GET /qrs/stream/full');
    expect((await assess(world, app.id)).mails).toEqual([]);
    const claim = { kind: 'publish', site: 'dev', appId: app.id, key: publishTime(app.id) } as const;
    expect(await world.ledger.getClaim(claim)).toMatchObject({ state: 'closed', outcome: 'told' });
  });

  it('is told after a crash between its claim and the question whether the stream asks for it', async () => {
    askForAlerts('True');
    const app = await publishedApp(world);
    const claim = { kind: 'publish', site: 'dev', appId: app.id, key: publishTime(app.id) } as const;
    await world.ledger.claim({ ...claim, promotionKey: `dev.${app.id}` });

    expect(mailsIn((await assess(world, app.id)).mails)).toMatchObject([{ kind: 'publishAlert' }]);
  });

  it.each([[['False']], [['True or so']], [[]]])('is told to nobody where the stream says %j', async (values) => {
    askForAlerts(...values);
    const app = await publishedApp(world);

    expect((await assess(world, app.id)).mails).toEqual([]);
    expect((await memoryOf(app.id))?.alertedPublishUtc).toBeUndefined();
  });

  it('is told to nobody where mail is off, and the stream is not read', async () => {
    world.configure((yaml) => (yaml['mail'] = { enabled: false }));
    askForAlerts('True');
    const app = await publishedApp(world);
    world.dev.requestLog.clear();

    await assess(world, app.id);

    expect(requestsTo(world.dev)).not.toContain('GET /qrs/stream/full');
  });

  it('is told to nobody that happened before the first start', async () => {
    askForAlerts('True');
    const app = await publishedApp(world);
    await firstStart(publishTime(app.id));

    expect((await assess(world, app.id)).mails).toEqual([]);
    const claim = { kind: 'publish', site: 'dev', appId: app.id, key: publishTime(app.id) } as const;
    expect(await world.ledger.getClaim(claim)).toBeUndefined();
  });

  it('is none while the app is not published', async () => {
    askForAlerts('True');
    const id = world.dev.actAs.createApp({ name: 'Unpublished', owner: MANAGER });

    expect(await assess(world, id)).toMatchObject({
      mails: [],
      next: { kind: 'end', why: 'the app is not published', state: 'withdrawn' },
    });
  });

  it('is told before the mails of a decision', async () => {
    askForAlerts('True');
    const app = await publishedApp(world);
    approve(world, app.id);

    expect(mailsIn((await assess(world, app.id)).mails).map(({ kind }) => kind)).toEqual(['publishAlert', 'approved']);
  });

  it('is told where the look that recorded a decision was lost with its mails', async () => {
    askForAlerts('True');
    const app = await publishedApp(world);
    approve(world, app.id);
    await assess(world, app.id);

    expect(mailsIn((await assess(world, app.id)).mails).map(({ kind }) => kind)).toEqual(['publishAlert', 'approved']);
    expect(mailsIn((await assess(world, app.id)).mails).map(({ kind }) => kind)).toEqual(['approved']);
  });

  it('is owed to nobody of an app that is gone meanwhile', async () => {
    askForAlerts('True');
    const app = await publishedApp(world);
    approve(world, app.id);
    await assess(world, app.id);
    world.dev.actAs.deleteApp(app.id);

    expect(mailsIn((await assess(world, app.id)).mails).map(({ kind }) => kind)).toEqual(['approved']);
  });
});

describe('a publish that was decided', () => {
  async function afterDecision(state: 'promoted' | 'partly-promoted' | 'denied' | 'not-promoted') {
    const app = await publishedApp(world);
    approve(world, app.id);
    const decision = await decided(world, app.id);
    const { promotionKey } = decision;
    await world.ledger.updatePromotion(promotionKey, { state, endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, state);
    await world.run((activities) => activities.stripProperties(decision));
    return { app, promotionKey };
  }

  it.each([
    ['promoted', 'end'],
    ['partly-promoted', 'end'],
    ['denied', 'end'],
    ['not-promoted', 'wait'],
  ] as const)('and ended as %s makes the app in its stream %s', async (state, expected) => {
    const { app } = await afterDecision(state);

    expect((await assess(world, app.id)).next.kind).toBe(expected);
  });

  it('is told from a later one', async () => {
    const { app, promotionKey } = await afterDecision('promoted');
    const stored = (await world.ledger.getPromotion<{ source: { revision: object } }>(promotionKey))!.decision;
    const revision = { ...stored.source.revision, publishedAtUtc: '2020-01-01T00:00:00.000Z' };
    await world.ledger.updatePromotion(promotionKey, {
      decision: { ...stored, source: { ...stored.source, revision } },
    });

    expect((await assess(world, app.id)).next.kind).toBe('wait');
  });
});

describe('promotion on reload', () => {
  function switchOn(more: Record<string, unknown> = {}): void {
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: true, ...more }));
  }

  /** A published app with a standing approval for reloads. */
  async function standingApproval(more: Record<string, string[]> = {}): Promise<string> {
    const { id } = await publishedApp(world);
    later(world.dev, id);
    world.dev.actAs.setProperties(id, MANAGER, {
      PromoteToServer: ['prod - Duplicate'],
      PromoteToStream: ['Sales'],
      PromoteOnReload: ['True'],
      ...more,
    });
    return id;
  }

  const tag = (appId: string, present = true) =>
    world.run((activities) => activities.setTag({ site: 'dev', appId, present }));

  it('asks for the tag first, and leaves what is shown as waiting', async () => {
    const { id } = await publishedApp(world);
    await assess(world, id);
    switchOn();
    world.dev.actAs.setProperties(id, MANAGER, {
      PromoteToServer: ['prod - Duplicate'],
      PromoteToStream: ['Sales'],
      PromoteOnReload: ['True'],
    });

    const { next, problems, mails } = await assess(world, id);

    expect({ next, problems, mails }).toEqual({ next: { kind: 'set-tag', present: true }, problems: [], mails: [] });
    expect(await world.ledger.getAwaiting('dev', id)).toBeDefined();
  });

  it('asks to take the tag away where nothing stands any more', async () => {
    switchOn();
    const id = await standingApproval();
    await tag(id);
    world.dev.actAs.setProperties(id, MANAGER, { PromoteOnReload: [] });

    expect((await assess(world, id)).next).toEqual({ kind: 'set-tag', present: false });
  });

  it('promotes at a reload after it was allowed, and at each once', async () => {
    switchOn();
    const id = await standingApproval();
    await tag(id);
    expect((await assess(world, id)).next).toMatchObject({ kind: 'end', why: 'the app waits for its next reload' });
    await world.dev.actAs.reload(id);
    const reloadedAtUtc = String(world.dev.app(id)!['lastReloadTime']);

    const { next, mails } = await assess(world, id);

    expect(next).toMatchObject({
      kind: 'act',
      decision: {
        verdict: 'reload',
        decisionId: `reload ${reloadedAtUtc}`,
        decidedAtUtc: reloadedAtUtc,
        by: { account: MANAGER, door: 'standing', asserted: false },
        targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }],
        tellsOwner: false,
        cleanUp: 'nothing',
      },
    });
    expect(mails).toEqual([]);
    const claim = { kind: 'reload', site: 'dev', appId: id, key: `reload ${reloadedAtUtc}` } as const;
    const { promotionKey } = (await world.ledger.getClaim(claim))!;
    expect((await memoryOf(id))?.remembered).toBeUndefined();
    await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, 'promoted');
    expect((await assess(world, id)).next).toMatchObject({ kind: 'end', why: 'this decision was carried out before' });
  });

  it('says what is in the way, and goes no further', async () => {
    switchOn();
    const id = await standingApproval({ PromoteToStream: [] });

    const { next, problems, mails } = await assess(world, id);

    expect(next).toMatchObject({ kind: 'end', why: 'promotion on reload is not complete' });
    expect(problems).toEqual([expect.stringContaining('PromoteToStream is empty')]);
    expect(mailsIn(mails)).toMatchObject([{ kind: 'decisionProblem', to: MANAGER }]);
  });

  it('goes on without the tag where it does not exist and is not to be made', async () => {
    switchOn({ createMissingTag: false, tag: 'No such tag' });
    const id = await standingApproval();
    await world.dev.actAs.reload(id);

    expect((await assess(world, id)).next).toMatchObject({ kind: 'act', decision: { verdict: 'reload' } });
    expect(standing(world.dev, id)!['tags']).toEqual([]);
  });

  it('asks for the tag where it exists and is not to be made', async () => {
    world.dev.actAs.createTag('Made by hand');
    switchOn({ createMissingTag: false, tag: 'Made by hand' });
    const id = await standingApproval();

    expect((await assess(world, id)).next).toEqual({ kind: 'set-tag', present: true });
  });
});

describe('the promote-on-reload tag', () => {
  let number = 0;
  let name: string;

  async function appWithoutTag(more: Record<string, unknown> = {}): Promise<string> {
    number += 1;
    name = `Reload ${number}`;
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: true, tag: name, ...more }));
    const { id } = await publishedApp(world);
    return id;
  }

  const set = (appId: string, present: boolean, attempt = 1) =>
    world.run((activities) => activities.setTag({ site: 'dev', appId, present }), { attempt });
  const tagsOf = (appId: string) => standing(world.dev, appId)!['tags'];

  it('is made and put on the app, and nothing is written at a repeat', async () => {
    const id = await appWithoutTag();
    world.dev.actAs.createTag(`Other ${number}`);
    world.dev.actAs.setTags(id, MANAGER, [`Other ${number}`]);

    await set(id, true);

    expect(tagsOf(id)).toEqual([`Other ${number}`, name]);
    world.dev.requestLog.clear();
    await set(id, true, 2);
    expect(requestsTo(world.dev).filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  it('is the one that exists, in any case', async () => {
    const id = await appWithoutTag();
    world.dev.actAs.createTag(name.toUpperCase());

    await set(id, true);
    expect(tagsOf(id)).toEqual([name.toUpperCase()]);
    await set(id, false);
    expect(tagsOf(id)).toEqual([]);
  });

  it('is taken off alone', async () => {
    const id = await appWithoutTag();
    world.dev.actAs.createTag(`Kept ${number}`);
    world.dev.actAs.setTags(id, MANAGER, [`Kept ${number}`]);
    await set(id, true);
    world.dev.requestLog.clear();

    await set(id, false);

    expect(tagsOf(id)).toEqual([`Kept ${number}`]);
    expect(requestsTo(world.dev)).not.toContain('GET /qrs/tag/full');
  });

  it('is not made where it is not to be, and stops nothing', async () => {
    const id = await appWithoutTag({ createMissingTag: false });

    await set(id, true);

    expect(tagsOf(id)).toEqual([]);
  });

  it('is no matter of an app that is gone', async () => {
    const id = await appWithoutTag();
    world.dev.actAs.deleteApp(id);
    world.dev.requestLog.clear();

    await set(id, true);

    expect(requestsTo(world.dev)).toEqual(['GET /qrs/app/{id}']);
  });

  it('is made once where the reply to making it was lost, even while the site does not show it yet', async () => {
    const id = await appWithoutTag();
    fault(world.dev, { effect: { type: 'reply-lost' }, method: 'POST', path: '/qrs/tag' });
    await expect(set(id, true)).rejects.toThrow();
    const empty = { type: 'status', status: 200, json: [] } as const;
    fault(world.dev, { effect: empty, method: 'GET', path: '/tag/full', times: 2 });
    world.dev.requestLog.clear();

    await set(id, true, 2);

    expect(tagsOf(id)).toEqual([name]);
    expect(requestsTo(world.dev).filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('is looked for once at the first attempt', async () => {
    const id = await appWithoutTag();
    world.dev.requestLog.clear();

    await set(id, true);

    expect(requestsTo(world.dev).filter((request) => request === 'GET /qrs/tag/full')).toHaveLength(1);
  });
});
