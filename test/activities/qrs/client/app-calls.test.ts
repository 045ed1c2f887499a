import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

describe('an app that may be gone', () => {
  const page = '<html><body>Not found</body></html>';

  it('is gone where the site says so', async () => {
    recording.answers = [status(404)];

    await expect(client.getApp(id)).resolves.toBeUndefined();
    await expect(client.deleteApp(id)).resolves.toBe('gone');
    expect(asked).toHaveLength(2);
  });

  it('is gone where a web page says so and the list does not have it', async () => {
    recording.answers = [status(404, page), (response) => sendJson(response, [])];
    await expect(client.getApp(id)).resolves.toBeUndefined();
    expect(asked[1]).toMatchObject({ path: '/qrs/app/full', query: { filter: `id eq ${id}` } });

    recording.answers = [status(404, page), (response) => sendJson(response, [])];
    await expect(client.deleteApp(id)).resolves.toBe('gone');
  });

  it('is there where only a web page says that it is not', async () => {
    recording.answers = [status(404, page), (response) => sendJson(response, [app])];
    expect((await failureOf(client.getApp(id))).code).toBe('WAYBILL_QRS_REPLY');
    recording.answers = [status(404, page), (response) => sendJson(response, [app])];
    expect((await failureOf(client.deleteApp(id))).code).toBe('WAYBILL_QRS_REPLY');
  });

  it('is not gone because an answer is empty, and no list is read then', async () => {
    recording.answers = [status(200), (response) => sendJson(response, [])];

    expect((await failureOf(client.getApp(id))).code).toBe('WAYBILL_QRS_REPLY');
    expect(asked).toHaveLength(1);
  });

  it('is not gone because the site failed, and no list is read then', async () => {
    recording.answers = [status(500)];

    expect((await failureOf(client.getApp(id))).code).toBe('WAYBILL_QRS_SERVER');
    expect((await failureOf(client.deleteApp(id))).code).toBe('WAYBILL_QRS_SERVER');
    expect(asked).toHaveLength(2);
  });

  it('cannot be changed', async () => {
    recording.answers = [status(404)];

    expect(await failureOf(client.updateApp(id, (one) => one))).toMatchObject({
      code: 'WAYBILL_QRS_NOT_FOUND',
      facts: { site: 'dev', host: `127.0.0.1:${site.port}`, mayHaveTakenEffect: false },
    });
  });
});

describe('changing an app', () => {
  const conflict = status(409);
  const renamed = (one: { name: string }) => ({ ...one, name: `${one.name}!` }) as never;

  it('reads it, and writes what was made of it', async () => {
    answer(app, { ...app, name: 'as stored' });

    await expect(client.updateApp(id, renamed)).resolves.toEqual({
      outcome: 'changed',
      app: { ...app, name: 'as stored' },
    });
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'PUT']);
    expect(asked[1]?.body).toEqual({ ...app, name: 'Sales!' });
  });

  it('starts from what was just read, and reads it anew after a conflict', async () => {
    recording.answers = [
      conflict,
      (response) => sendJson(response, { ...app, name: 'Other' }),
      (response) => sendJson(response, app),
    ];

    await client.updateApp(id, renamed, { from: { ...app, name: 'Given' } as never });

    expect(asked.map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT']);
    expect(asked.map(({ body }) => (body as { name: string } | undefined)?.name)).toEqual([
      'Given!',
      undefined,
      'Other!',
    ]);
  });

  it('gives up at the fifth conflict, and at any other failure at once', async () => {
    recording.answers = [];
    for (let nth = 0; nth < 6; nth += 1) recording.answers.push((response) => sendJson(response, app), conflict);
    expect((await failureOf(client.updateApp(id, renamed))).code).toBe('WAYBILL_QRS_CONFLICT');
    expect(asked).toHaveLength(10);
    asked.length = 0;
    recording.answers = [(response) => sendJson(response, app), status(400)];
    expect((await failureOf(client.updateApp(id, renamed))).code).toBe('WAYBILL_QRS_REFUSED');
    expect(asked).toHaveLength(2);
  });

  it('writes nothing where nothing is to be changed', async () => {
    answer(app);

    await expect(client.updateApp(id, () => undefined)).resolves.toEqual({ outcome: 'unchanged', app });
    expect(asked).toHaveLength(1);
  });
});

describe('the objects of apps', () => {
  const object = (of: string | undefined, approved = true) => ({ id: other, approved, app: of && { id: of } });

  it('are the approved ones, whatever the site sends, or all', async () => {
    answer([object(id), object(id, false)]);

    await expect(client.getAppObjects(id)).resolves.toHaveLength(1);
    expect(asked[0]?.query).toEqual({ filter: `app.id eq ${id} and approved eq true` });
    await expect(client.getAppObjects(id, { scope: 'all' })).resolves.toHaveLength(2);
    expect(asked[1]?.query).toEqual({ filter: `app.id eq ${id}` });
    await expect(client.getAppObjects(id, { scope: 'approved' })).resolves.toHaveLength(1);
  });

  it('of several apps are read in one call, each for its app, in any case of the ids', async () => {
    answer([object(other.toUpperCase()), object(id), object(id, false)]);

    const [first, second] = await client.getObjectsOfApps([id, other]);

    expect([first?.length, second?.length]).toEqual([2, 1]);
    expect(asked.map(({ query }) => query)).toEqual([{ filter: `app.id eq ${id} or app.id eq ${other}` }]);
  });

  it.each([
    ['does not say whose it is', undefined],
    ['is of none of them', '3f2504e0-4f89-41d3-9a0c-0305e82c3309'],
  ])('are asked for app by app where one %s', async (_, of) => {
    answer([object(id), object(of)], [object(id)], [object(other), object(other)]);

    const [first, second] = await client.getObjectsOfApps([id, other]);

    expect((first?.length ?? 0) + (second?.length ?? 0)).toBe(3);
    expect(asked).toHaveLength(3);
    expect(asked[1]?.query).toEqual({ filter: `app.id eq ${id}` });
  });

  it('are found by name with regard to case, in a stream where one is given', async () => {
    answer([app, { ...app, name: 'SALES' }]);

    await expect(client.findAppsByName('Sales')).resolves.toEqual([app]);
    await client.findAppsByName('Sales', { streamId: other });
    expect(asked.map(({ query }) => query)).toEqual([
      { filter: "name eq 'Sales'" },
      { filter: `name eq 'Sales' and stream.id eq ${other}` },
    ]);
  });

  it('are read for fifty apps at once, and for no more', async () => {
    const ids = (count: number) => Array.from({ length: count }, () => id);
    answer([app]);

    await expect(client.getAppsByIds(ids(50))).resolves.toEqual([app]);
    expect(asked).toHaveLength(1);
    expect(await failureOf(client.getAppsByIds(ids(51)))).toMatchObject({
      code: 'WAYBILL_QRS_VALUE',
      facts: { value: '51 ids', kind: 'at most 50 ids' },
    });
  });
});
