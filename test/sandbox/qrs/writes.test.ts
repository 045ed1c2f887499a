import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultSwitches } from '../../../sandbox/qrs/switches.ts';
import { type Json, startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await startTestSite();
});

afterAll(() => site[Symbol.asyncDispose]());

async function appWith(properties: Record<string, string[]>): Promise<Json> {
  const id = site.actAs.createApp({ name: 'Subject', owner: 'ACME\\ann' });
  site.actAs.setProperties(id, 'ACME\\bob', properties);
  return (await site.call('GET', `/qrs/app/${id}`)).json;
}

async function withSwitches(set: Partial<typeof defaultSwitches>, work: () => Promise<void>): Promise<void> {
  Object.assign(site.switches, set);
  try {
    await work();
  } finally {
    Object.assign(site.switches, defaultSwitches);
  }
}

const put = (body: Json): ReturnType<TestSite['call']> => site.call('PUT', `/qrs/app/${body.id}`, { body });

describe('PUT /app/{id}', () => {
  test('takes the stored or a later modifiedDate and sets a new one', async () => {
    const app = await appWith({});

    const same = await put({ ...app, description: 'one' });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const later = await put({ ...same.json, description: 'two', modifiedDate: tomorrow });

    expect(same).toMatchObject({ status: 200, json: { description: 'one', modifiedByUserName: 'INTERNAL\\sa_api' } });
    expect(later).toMatchObject({ status: 200, json: { description: 'two' } });
    expect(Date.parse(later.json.modifiedDate)).toBeLessThan(Date.parse(tomorrow));
    expect(Date.parse(same.json.modifiedDate)).toBeGreaterThan(Date.parse(app.modifiedDate));
  });

  test('answers 409 with an array to an older or a missing modifiedDate, and changes nothing', async () => {
    const app = await appWith({});
    const { modifiedDate: _, ...dateless } = app;

    const older = await put({ ...app, name: 'No', modifiedDate: '2001-01-01T00:00:00.000Z' });
    const missing = await put({ ...dateless, name: 'No' });

    const { id, name, modifiedByUserName, modifiedDate } = app;
    for (const answer of [older, missing]) {
      expect(answer).toMatchObject({ status: 409, json: [{ id, name, modifiedByUserName, modifiedDate }] });
    }
    expect(site.app(app.id)?.name).toBe('Subject');
  });

  test.each([
    ['another id', { id: '00000000-0000-4000-8000-000000000000' }],
    ['a date in another format', { modifiedDate: '31/12/2024 10:00' }],
    ['a description of 513 characters', { description: 'x'.repeat(513) }],
    ['an empty name', { name: '' }],
    ['a name of 256 characters', { name: 'x'.repeat(256) }],
    ['an unknown owner', { owner: { id: '00000000-0000-4000-8000-000000000000' } }],
    ['an unknown tag', { tags: [{ id: '00000000-0000-4000-8000-000000000000' }] }],
    ['a value outside the choices', { customProperties: [{ value: 'Maybe', definition: { id: 'Approval' } }] }],
  ])('answers 400 to %s', async (_, change: Json) => {
    const app = await appWith({});
    const definition = { id: definitionId('Approval') };
    if (change.customProperties) change.customProperties[0].definition = definition;

    const answer = await site.call('PUT', `/qrs/app/${app.id}`, { body: { ...app, ...change } });

    expect(answer.status).toBe(400);
    expect(site.app(app.id)).toEqual(app);
  });

  test('takes owner and tags by id alone, and rows without their own id', async () => {
    const app = await appWith({});
    const tag = site.actAs.createTag(`tag ${app.id}`);
    const bob = (await site.call('GET', "/qrs/user?filter=userId%20eq%20'bob'")).json[0].id;
    const definition = { id: definitionId('Approval') };

    const answer = await put({
      ...app,
      owner: { id: bob },
      tags: [{ id: tag }],
      customProperties: [{ value: 'Deny', definition }],
    });

    expect(answer.json).toMatchObject({
      owner: { userId: 'bob' },
      tags: [{ name: `tag ${app.id}` }],
      customProperties: [{ value: 'Deny', modifiedByUserName: 'INTERNAL\\sa_api', definition: { name: 'Approval' } }],
    });
  });

  test('keeps rows that are resent with their ids, or renews all of them, as the switch says', async () => {
    const app = await appWith({ Approval: ['Approve'], 'Promote to': ['prod/Sales'] });
    const ids = (json: Json): string[] => json.customProperties.map((row: Json) => row.id);

    const kept = (await put(app)).json;
    expect(ids(kept)).toEqual(ids(app));
    expect(kept.customProperties[0].modifiedByUserName).toBe('ACME\\bob');

    await withSwitches({ rowIdsOnResend: 'renewed' }, async () => {
      const renewed = (await put(kept)).json;
      expect(ids(renewed)).not.toEqual(expect.arrayContaining([ids(app)[0]]));
      expect(renewed.customProperties[0]).toMatchObject({ value: 'Approve', modifiedByUserName: 'INTERNAL\\sa_api' });
    });
  });

  test('sets omitted lists to nothing, or leaves them, as the switch says', async () => {
    const app = await appWith({ Approval: ['Approve'] });
    const { customProperties: _, description: __, ...partial } = app;

    await withSwitches({ omittedFields: 'kept' }, async () => {
      expect((await put(partial)).json.customProperties).toHaveLength(1);
    });
    const current = site.app(app.id)!;
    expect((await put({ ...partial, modifiedDate: current['modifiedDate'] })).json.customProperties).toEqual([]);
  });

  test('moves a published app to another stream', async () => {
    const app = await appWith({});
    const stream = site.actAs.createStream('Finance');
    site.actAs.publish(app.id, 'Sales');

    const answer = await put({ ...site.app(app.id), stream: { id: stream } });

    expect(answer.json).toMatchObject({ published: true, stream: { id: stream, name: 'Finance' } });
  });
});

describe('copy, publish and replace', () => {
  test('copies to an unpublished app of the caller, without custom properties unless asked', async () => {
    const app = await appWith({ Approval: ['Approve'] });
    site.actAs.publish(app.id, 'Sales');

    const plain = await site.call('POST', `/qrs/app/${app.id}/copy?name=Plain`);
    const full = await site.call('POST', `/qrs/app/${app.id}/copy?name=Full&includeCustomProperties=true`, {
      body: {},
    });

    expect(plain).toMatchObject({ status: 201, json: { name: 'Plain', published: false, stream: null } });
    expect(plain.json.owner.userId).toBe('sa_api');
    expect(plain.json.customProperties).toEqual([]);
    expect(full.json.customProperties).toMatchObject([{ value: 'Approve' }]);
    expect(site.contentHash(plain.json.id)).toBe(site.contentHash(app.id));
  });

  test('publishes once, under another name when asked', async () => {
    const app = await appWith({});
    const stream = (await site.call('GET', "/qrs/stream?filter=(name eq 'Sales')".replaceAll(' ', '%20'))).json[0].id;

    const first = await site.call('PUT', `/qrs/app/${app.id}/publish?stream=${stream}&name=Shown`);
    const second = await site.call('PUT', `/qrs/app/${app.id}/publish?stream=${stream}`);
    const nowhere = await site.call('PUT', `/qrs/app/${app.id}/publish`);

    expect(first).toMatchObject({ status: 200, json: { published: true, name: 'Shown', stream: { name: 'Sales' } } });
    expect(first.json.publishTime).not.toBe('1753-01-01T00:00:00.000Z');
    expect(site.objects(app.id).every((object) => object['approved'] === true)).toBe(true);
    expect(second.status).toBe(defaultSwitches.secondPublishCode);
    expect(nowhere).toMatchObject({ status: 400, text: 'Missing parameter value(s)' });
  });

  test('replaces only the base objects of a published target and keeps what is its own', async () => {
    const target = await appWith({ Approval: ['Approve'] });
    site.actAs.publish(target.id, 'Sales');
    site.actAs.edit(target.id, { addSheet: 'Community', community: true });
    site.actAs.edit(target.id, { addSheet: 'Private' });
    const source = site.actAs.createApp({ name: 'Source', owner: 'ACME\\bob', description: 'new', sheets: 5 });

    const answer = await site.call('PUT', `/qrs/app/${source}/replace?app=${target.id}`);

    expect(answer).toMatchObject({ status: 200, json: { id: target.id, name: 'Subject', description: 'new' } });
    expect(answer.json).toMatchObject({ owner: { userId: 'ann' }, customProperties: [{ value: 'Approve' }] });
    const sheets = site.objects(target.id).filter((object) => object['objectType'] === 'sheet');
    expect(sheets.filter((sheet) => sheet['approved'] === true)).toHaveLength(5);
    expect(sheets.filter((sheet) => sheet['approved'] !== true).map((sheet) => sheet['name'])).toEqual([
      'Community',
      'Private',
    ]);
    expect(site.app(source)).toBeDefined();
  });

  test('replaces everything of a target that is not published, and matches objects by engineObjectId', async () => {
    const source = site.actAs.createApp({ name: 'Source', owner: 'ACME\\bob' });
    const target = site.actAs.copy(source, 'ACME\\ann', 'Target');
    const before = site.objects(target).map((object) => object['id']);
    site.actAs.edit(target, { addSheet: 'Extra' });
    site.actAs.edit(source, { title: 'Changed' });

    await site.call('PUT', `/qrs/app/${source}/replace?app=${target}`);

    expect(site.contentHash(target)).toBe(site.contentHash(source));
    expect(site.objects(target).map((object) => object['id'])).toEqual(before);
  });

  test('follows the switch for the effect of replace on the name', async () => {
    const source = site.actAs.createApp({ name: 'Source', owner: 'ACME\\bob' });
    const target = site.actAs.createApp({ name: 'Target', owner: 'ACME\\bob', description: 'old' });

    await withSwitches({ replaceName: 'source', replaceDescription: 'kept' }, async () => {
      const answer = await site.call('PUT', `/qrs/app/${source}/replace?app=${target}`);
      expect(answer.json).toMatchObject({ name: 'Source', description: 'old' });
    });
  });

  test('reloads, and says so in lastReloadTime', async () => {
    const app = await appWith({});

    const answer = await site.call('POST', `/qrs/app/${app.id}/reload`);

    expect(answer.status).toBe(204);
    await expect.poll(() => site.app(app.id)?.['lastReloadTime']).not.toBe('1753-01-01T00:00:00.000Z');
  });
});

describe('the record of what happened', () => {
  test('logs each change with author, hash and place, in memory and in a file', async () => {
    await using other = await startTestSite({ seed: 7 });
    const id = other.actAs.createApp({ name: 'Logged', owner: 'ACME\\ann' });
    other.actAs.publish(id, 'Sales');
    other.actAs.edit(id);
    other.actAs.deleteApp(id, 'ACME\\bob');

    const events = other.events().filter((event) => event.id === id);

    expect(events.map((event) => [event.action, event.by])).toEqual([
      ['create-app', 'ACME\\ann'],
      ['publish-app', 'ACME\\ann'],
      ['edit-app', 'ACME\\ann'],
      ['delete-app', 'ACME\\bob'],
    ]);
    expect(events[1]!.details['contentHash']).not.toBe(events[2]!.details['contentHash']);
    expect(events[2]!.details['contentHash']).toBe(events[3]!.details['contentHash']);
    expect(events.map((event) => event.seq)).toEqual(events.map((event) => event.seq).sort((a, b) => a - b));
  });

  test('counts requests by route', async () => {
    await using other = await startTestSite();
    await other.call('GET', '/qrs/about');
    await other.call('GET', '/qrs/ABOUT');
    await other.call('GET', '/qrs/app', { withoutXrf: true });

    expect(other.requestCounts()).toEqual({ 'GET /about': 2, 'GET /app': 1 });
    expect(other.requests().map(({ status, xrfOk }) => [status, xrfOk])).toEqual([
      [200, true],
      [200, true],
      [403, false],
    ]);
  });
});

function definitionId(name: string): string {
  const definition = site.events().find((event) => event.entity === 'CustomPropertyDefinition' && event.name === name);
  return definition!.id;
}
