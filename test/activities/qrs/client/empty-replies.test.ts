import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from './code-of.ts';
import { sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const app = { id, name: 'Bare', owner: { id }, stream: null };

describe('what a site leaves empty', () => {
  let site: SmallSite;
  let answer: unknown;

  beforeAll(async () => {
    site = await startSmallSite((_, response) => (answer === '' ? response.end() : sendJson(response, answer)));
  });

  afterAll(async () => {
    await site.close();
  });

  it.each([
    ['left out', {}],
    ['null', { tags: null, customProperties: null }],
  ])('are empty lists: tags and properties of an app that are %s', async (_, lists) => {
    const client = site.client();

    answer = { ...app, ...lists };
    await expect(client.getApp(id)).resolves.toMatchObject({ name: 'Bare', tags: [], customProperties: [] });
    answer = [{ ...app, ...lists }];
    await expect(client.getApps()).resolves.toMatchObject([{ name: 'Bare', tags: [], customProperties: [] }]);
  });

  it('is an empty list: attributes of a user that are null', async () => {
    answer = [{ id, userId: 'anna', attributes: null }];

    await expect(site.client().users()).resolves.toMatchObject([{ userId: 'anna', attributes: [] }]);
  });

  it('is no answer to a read: neither "no such app" nor "no apps"', async () => {
    const client = site.client();
    answer = '';

    expect(await failureOf(client.getApp(id))).toMatchObject({ code: 'WAYBILL_QRS_REPLY' });
    expect(await failureOf(client.getApps())).toMatchObject({ code: 'WAYBILL_QRS_REPLY' });
    expect(await failureOf(client.streams())).toMatchObject({ code: 'WAYBILL_QRS_REPLY' });
  });

  it('is an answer to a write', async () => {
    answer = '';

    await expect(site.client().deleteApp(id)).resolves.toBe('deleted');
  });
});
