import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge, noteVerdict } from '../../../../activities/qrs/content/judge.ts';
import { waybillError } from '../../../../common/errors/catalogue.ts';
import type { QvfContents, QvfItem } from '../../../../qvf/contents.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterAll(async () => {
  await world?.close();
});

const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

function sheet(id: string, content = id): QvfItem {
  const hashes = { sha256: content, coreSha256: content };
  return { kind: 'object', type: 'GenericAppObjectEntry', id, objectType: 'sheet', title: id, parts: [], ...hashes };
}

function holding(...objects: QvfItem[]): () => Promise<QvfContents> {
  const file = { fileName: 'x', sizeBytes: 1, hasData: false, dataSizeBytes: 0, entryCount: objects.length };
  return async () => ({ ...file, objects, surroundings: [] });
}

type Read = Parameters<typeof judge>[2];

const judged = (mode: 'warn' | 'block', read: Read, attempt = 1) =>
  world.inside((deps) => judge(deps, mode, read), { attempt });
const failing = (error: Error): Read => ({ sent: () => Promise.reject(error), standing: holding() });

describe('the content of two apps', () => {
  it('is lost where something is missing or changed', async () => {
    const sent = holding(sheet('a'), sheet('b'));

    expect(await judged('warn', { sent, standing: holding(sheet('a')) })).toMatchObject({
      verdict: 'differs',
      differences: ['sheet "b" is missing'],
      lost: true,
    });
    expect(await judged('warn', { sent, standing: holding(sheet('a'), sheet('b', 'other')) })).toMatchObject({
      verdict: 'differs',
      lost: true,
    });
  });

  it('is not lost where there is more of it, and no other where more does not matter', async () => {
    const read = { sent: holding(sheet('a')), standing: holding(sheet('a'), sheet('b')) };

    expect(await judged('block', read)).toEqual({
      verdict: 'differs',
      differences: ['sheet "b" is there and was not exported'],
      lost: false,
    });
    expect(await judged('block', { ...read, extras: true })).toEqual({ verdict: 'same' });
  });
});

describe('a file that cannot be had', () => {
  const broken = new Error(`The app ${ID} is odd`);
  const late = waybillError('WAYBILL_QRS_TIMEOUT', { site: 'prod', mayHaveTakenEffect: false });

  it('is tried again a few times, and then gone without, in words without ids', async () => {
    await expect(judged('warn', failing(broken), 4)).rejects.toBe(broken);
    expect(await judged('warn', failing(broken), 5)).toEqual({ verdict: 'not-compared', why: 'The app is odd' });
  });

  it('is gone without at once where the site takes too long, or a repeat cannot help', async () => {
    const refused = waybillError('WAYBILL_QRS_FORBIDDEN', { site: 'prod' });

    for (const error of [late, refused])
      expect(await judged('warn', failing(error))).toMatchObject({ verdict: 'not-compared' });
  });

  it('is waited for where a difference is to block, however often it was tried', async () => {
    for (const error of [broken, late]) await expect(judged('block', failing(error), 9)).rejects.toBe(error);
  });
});

describe('an answer that is written down', () => {
  const record = {
    promotionKey: 'k',
    seq: 'deliver/prod/content/x',
    type: 'content-compared',
    site: 'prod',
    facts: {},
  };
  const differs = { verdict: 'differs', differences: ['one'], lost: true } as const;
  const note = (mode: 'warn' | 'block', verdict: Parameters<typeof noteVerdict>[2], promotionKey: string) =>
    world.inside((deps) => noteVerdict(deps, mode, verdict, { ...record, promotionKey }));
  const noted = async (promotionKey: string) => (await world.ledger.recordsOf(promotionKey)).map(({ seq }) => seq);

  it('stops where it differs and that is to block, under a name of its own', async () => {
    expect(await note('block', differs, 'blocks')).toEqual(['one']);
    expect(await noted('blocks')).toEqual(['deliver/prod/content/x/difference']);
  });

  it('stops nothing else', async () => {
    expect(await note('warn', differs, 'warns')).toBeUndefined();
    expect(await note('block', { verdict: 'same' }, 'same')).toBeUndefined();
    for (const promotionKey of ['warns', 'same']) expect(await noted(promotionKey)).toEqual([record.seq]);
  });
});
