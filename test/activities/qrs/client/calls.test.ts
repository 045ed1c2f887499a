import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eq } from '../../../../activities/qrs/client/filter.ts';
import type { QrsClient } from '../../../../activities/qrs/client/qrs-client.ts';
import { failureOf } from './code-of.ts';
import { type Asked, type RecordingSite, startRecordingSite, status } from './recording-site.ts';
import { sendJson, type SmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
const app = { id, name: 'Sales', modifiedDate: '2026-05-04T10:00:00.000Z', tags: [], customProperties: [] };

let recording: RecordingSite;
let site: SmallSite;
let client: QrsClient;
let asked: Asked[];

beforeAll(async () => {
  recording = await startRecordingSite();
  ({ site, asked } = recording);
});
beforeEach(() => {
  recording.reset();
  client = site.client();
});
afterAll(async () => {
  await site.close();
});

function answer(...values: unknown[]): void {
  recording.answer(...values);
}

describe('each call', () => {
  const named = eq('name', 'x');
  const filter = "name eq 'x'";

  it.each<[string, (client: QrsClient) => Promise<unknown>, Asked | Omit<Asked, 'body'>]>([
    ['about', (one) => one.about(), { method: 'GET', path: '/qrs/about', query: {} }],
    ['all apps', (one) => one.getApps(), { method: 'GET', path: '/qrs/app/full', query: {} }],
    ['apps by a filter', (one) => one.getApps(named), { method: 'GET', path: '/qrs/app/full', query: { filter } }],
    ['an app', (one) => one.getApp(id), { method: 'GET', path: `/qrs/app/${id}`, query: {} }],
    ['streams', (one) => one.streams(named), { method: 'GET', path: '/qrs/stream/full', query: { filter } }],
    ['users', (one) => one.users(named), { method: 'GET', path: '/qrs/user/full', query: { filter } }],
    ['tags', (one) => one.tags(named), { method: 'GET', path: '/qrs/tag/full', query: { filter } }],
    [
      'custom properties',
      (one) => one.customPropertyDefinitions(named),
      { method: 'GET', path: '/qrs/custompropertydefinition/full', query: { filter } },
    ],
    ['a stream', (one) => one.stream(id), { method: 'GET', path: `/qrs/stream/${id}`, query: {} }],
    ['a user', (one) => one.user(id), { method: 'GET', path: `/qrs/user/${id}`, query: {} }],
    [
      'a new tag',
      (one) => one.createTag('x y'),
      { method: 'POST', path: '/qrs/tag', query: {}, body: { name: 'x y' } },
    ],
    ['a change', (one) => one.putApp(app as never), { method: 'PUT', path: `/qrs/app/${id}`, query: {}, body: app }],
    ['a deletion', (one) => one.deleteApp(id), { method: 'DELETE', path: `/qrs/app/${id}`, query: {} }],
    [
      'a copy',
      (one) => one.copyApp(id, 'x y'),
      { method: 'POST', path: `/qrs/app/${id}/copy`, query: { name: 'x y', includecustomproperties: 'false' } },
    ],
    [
      'a copy with its properties',
      (one) => one.copyApp(id, 'x', { customProperties: true }),
      { method: 'POST', path: `/qrs/app/${id}/copy`, query: { name: 'x', includecustomproperties: 'true' } },
    ],
    [
      'a publish',
      (one) => one.publishApp(id, other, 'x y'),
      { method: 'PUT', path: `/qrs/app/${id}/publish`, query: { stream: other, name: 'x y' } },
    ],
    [
      'a replace',
      (one) => one.replaceApp(id, other),
      { method: 'PUT', path: `/qrs/app/${id}/replace`, query: { app: other } },
    ],
    ['a reload', (one) => one.reloadApp(id), { method: 'POST', path: `/qrs/app/${id}/reload`, query: {} }],
    [
      'an export',
      (one) => one.startExport(id, other),
      { method: 'POST', path: `/qrs/app/${id}/export/${other}`, query: { skipdata: 'false', exportscope: 'approved' } },
    ],
    [
      'an export without data of everything',
      (one) => one.startExport(id, other, { skipData: true, exportScope: 'all' }),
      { method: 'POST', path: `/qrs/app/${id}/export/${other}`, query: { skipdata: 'true', exportscope: 'all' } },
    ],
    [
      'the end of an export',
      (one) => one.cancelExport(id, other),
      { method: 'DELETE', path: `/qrs/app/${id}/export/${other}`, query: {} },
    ],
    [
      'the latest changes',
      (one) => one.changesSince('2026-05-04T10:00:00.000Z', ['App', 'Stream']),
      {
        method: 'GET',
        path: '/qrs/notification/changes',
        query: { since: '2026-05-04T10:00:00.000Z', types: 'App,Stream' },
      },
    ],
    [
      'the end of a subscription',
      (one) => one.deleteSubscription(id),
      { method: 'DELETE', path: '/qrs/notification', query: { handle: id } },
    ],
  ])('is one request: %s', async (_, call, expected) => {
    if (expected.path.endsWith('/full')) answer([]);
    await call(client);

    expect(asked).toEqual([{ body: undefined, ...expected }]);
  });

  it.each([
    ['add', '1'],
    ['update', '2'],
    ['delete', '3'],
  ] as const)('subscribes to %s by its number', async (changeType, changetype) => {
    answer('a-handle');
    const url = 'https://waybill/notify';

    await expect(client.createSubscription({ name: 'App', changeType, url })).resolves.toBe('a-handle');
    expect(asked).toEqual([
      { method: 'POST', path: '/qrs/notification', query: { name: 'App', changetype }, body: url },
    ]);
  });

  it('subscribes to one property of some entities', async () => {
    answer({ value: 'a-handle' });
    const request = {
      name: 'App',
      changeType: 'update',
      propertyName: '!name',
      filter: eq('published', true),
      url: 'u',
    } as const;

    await expect(client.createSubscription(request)).resolves.toBe('a-handle');
    expect(asked[0]?.query).toEqual({
      name: 'App',
      changetype: '2',
      propertyname: '!name',
      filter: 'published eq true',
    });
  });

  it.each([[undefined], [null], [7], [{}], [{ value: 7 }]])('takes %j for no handle', async (value) => {
    recording.answers = [
      (response) => (value === undefined ? response.writeHead(201).end() : sendJson(response, value, 201)),
    ];

    expect(await failureOf(client.createSubscription({ name: 'App', changeType: 'add', url: 'u' }))).toMatchObject({
      code: 'WAYBILL_QRS_REPLY',
      facts: { site: 'dev', host: `127.0.0.1:${site.port}`, reason: 'it holds no handle', mayHaveTakenEffect: true },
    });
  });

  it('finds nothing where the site answers nothing', async () => {
    answer(null);

    await expect(client.getApps()).resolves.toEqual([]);
    await expect(client.getAppObjects(id)).resolves.toEqual([]);
    await expect(client.getAppObjects(id, { scope: 'all' })).resolves.toEqual([]);
    asked.length = 0;
    await expect(client.getObjectsOfApps([id])).resolves.toEqual([[]]);
    expect(asked).toHaveLength(1);
    await expect(client.streams()).resolves.toEqual([]);
    await expect(client.changesSince('x', [])).resolves.toEqual([]);
  });

  it.each([
    [400, '', 'unknown'],
    [404, '', 'unknown'],
    [409, '', 'unknown'],
    [500, 'Unknown handle', 'unknown'],
    [500, 'It could not be found', 'unknown'],
    [500, 'It was not found', 'unknown'],
    [500, 'does not exist', 'unknown'],
  ])('takes %i %j for an unknown subscription', async (code, text, expected) => {
    recording.answers = [status(code, text)];

    await expect(client.deleteSubscription(id)).resolves.toBe(expected);
  });

  it('tells a subscription that ended, and a site that failed', async () => {
    recording.answers = [status(204)];
    await expect(client.deleteSubscription(id)).resolves.toBe('deleted');
    recording.answers = [status(500, 'Out of memory')];
    expect((await failureOf(client.deleteSubscription(id))).code).toBe('WAYBILL_QRS_SERVER');
    recording.answers = [status(403, 'Unknown handle')];
    expect((await failureOf(client.deleteSubscription(id))).code).toBe('WAYBILL_QRS_FORBIDDEN');
  });

  it.each([
    [204, 'cancelled'],
    [404, 'unknown'],
    [400, 'unknown'],
  ])('takes %i to the end of an export for %s', async (code, expected) => {
    recording.answers = [status(code)];

    await expect(client.cancelExport(id, other)).resolves.toBe(expected);
  });

  it('does not take a failure for the end of an export', async () => {
    recording.answers = [status(500)];

    expect((await failureOf(client.cancelExport(id, other))).code).toBe('WAYBILL_QRS_SERVER');
  });

  it('knows a stream or user that is not there, and no more', async () => {
    recording.answers = [status(404)];
    await expect(client.stream(id)).resolves.toBeUndefined();
    await expect(client.user(id)).resolves.toBeUndefined();
    recording.answers = [status(500)];
    expect((await failureOf(client.stream(id))).code).toBe('WAYBILL_QRS_SERVER');
  });

  it.each([
    ['Mon, 04 May 2026 10:00:00 GMT', '2026-05-04T10:00:00.000Z'],
    ['no date', undefined],
  ])('takes the clock of the site from its %j', async (date, expected) => {
    recording.answers = [(response) => response.writeHead(200, { date }).end('{}')];

    await expect(client.siteTimeUtc()).resolves.toBe(expected);
  });
});
