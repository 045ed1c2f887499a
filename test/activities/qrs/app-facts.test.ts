import { describe, expect, it } from 'vitest';
import { revisionKeyOf, toAppFacts, toObjectFacts, toRevision } from '../../../activities/qrs/app-facts.ts';
import { neverDate, type QrsApp, type QrsAppObject } from '../../../activities/qrs/client/types.ts';

const DAY = '2026-05-04T10:00:00.000Z';
const BEGINNING = new Date(0).toISOString();

const app: QrsApp = {
  id: 'a',
  name: 'Margins',
  description: 'What it is for',
  published: true,
  publishTime: DAY,
  lastReloadTime: '2026-05-03T10:00:00Z',
  modifiedDate: '2026-05-05T12:00:00+02:00',
  modifiedByUserName: 'COMPANY\\rep',
  fileSize: 2000,
  stream: { id: 's', name: 'Sales' },
  owner: { id: 'o', userId: 'rep', userDirectory: 'COMPANY', name: 'The Rep' },
  tags: [{ id: 't', name: 'Monthly' }],
  customProperties: [
    {
      id: 'r',
      value: 'East',
      definition: { id: 'd', name: 'Department' },
      modifiedDate: DAY,
      modifiedByUserName: 'COMPANY\\manager',
    },
  ],
};

/** An app as a site tells it that leaves out or nulls what it does not know. */
const lacking = (...fields: (keyof QrsApp)[]): QrsApp =>
  ({ ...app, ...Object.fromEntries(fields.map((field) => [field, null])) }) as QrsApp;

const object: QrsAppObject = {
  id: 'q',
  name: 'Sheet 1',
  engineObjectId: 'e',
  objectType: 'sheet',
  contentHash: 'h',
  size: 12,
  approved: true,
  published: true,
  modifiedDate: DAY,
};

describe('an app of a site, as it is judged', () => {
  it('has all its facts, with dates in one form, so that they compare as texts', () => {
    expect(toAppFacts(app)).toEqual({
      id: 'a',
      name: 'Margins',
      description: 'What it is for',
      stream: { id: 's', name: 'Sales' },
      publishedAtUtc: DAY,
      reloadedAtUtc: '2026-05-03T10:00:00.000Z',
      modifiedUtc: '2026-05-05T10:00:00.000Z',
      modifiedBy: 'COMPANY\\rep',
      owner: { id: 'o', directory: 'COMPANY', userId: 'rep', name: 'The Rep' },
      rows: [{ id: 'r', name: 'Department', value: 'East', modifiedUtc: DAY, modifiedBy: 'COMPANY\\manager' }],
      tags: ['Monthly'],
      sizeBytes: 2000,
    });
  });

  it('has nothing where the site tells nothing', () => {
    const bare = lacking('description', 'modifiedByUserName', 'modifiedDate', 'fileSize', 'tags', 'customProperties');

    expect(toAppFacts(bare)).toMatchObject({
      description: '',
      modifiedBy: '',
      modifiedUtc: BEGINNING,
      sizeBytes: 0,
      tags: [],
      rows: [],
    });
  });

  it('has rows of nobody and of the beginning of time where the site does not say who set them and when', () => {
    const rows = [{ id: 'r', value: 'East', definition: { id: 'd', name: 'Department' } }];

    expect(toAppFacts({ ...app, customProperties: rows }).rows).toMatchObject([
      { modifiedBy: '', modifiedUtc: BEGINNING },
    ]);
  });

  it('was never published while it stands in no stream, whatever its date says', () => {
    expect(toAppFacts({ ...app, stream: null })).toMatchObject({ stream: undefined, publishedAtUtc: undefined });
  });

  it.each([neverDate, '1753-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '', 'no date', BEGINNING])(
    'was never published and never reloaded where its dates are %j',
    (date) => {
      expect(toAppFacts({ ...app, publishTime: date, lastReloadTime: date })).toMatchObject({
        publishedAtUtc: undefined,
        reloadedAtUtc: undefined,
      });
    },
  );

  it('was changed at the beginning of time where its date cannot be read', () => {
    expect(toAppFacts({ ...app, modifiedDate: 'no date' }).modifiedUtc).toBe(BEGINNING);
  });
});

describe('an object of an app, as it is judged', () => {
  it('has all its facts, and nothing where the site tells nothing', () => {
    const bare = { ...object, name: null, contentHash: null, size: null, modifiedDate: undefined };

    expect(toObjectFacts(object)).toEqual({
      engineObjectId: 'e',
      objectType: 'sheet',
      name: 'Sheet 1',
      modifiedUtc: DAY,
      contentHash: 'h',
      sizeBytes: 12,
    });
    expect(toObjectFacts(bare as unknown as QrsAppObject)).toMatchObject({
      name: '',
      contentHash: '',
      sizeBytes: 0,
      modifiedUtc: BEGINNING,
    });
  });
});

describe('what an app holds', () => {
  const revision = (more: Partial<QrsApp> = {}, objects = [object]) =>
    toRevision(toAppFacts({ ...app, ...more }), objects);
  const reloaded = revision({ lastReloadTime: '2026-05-04T00:00:00.000Z' });

  it('has a key that tells content apart, and a reload only where data counts', () => {
    const key = revisionKeyOf(revision(), false);

    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(revisionKeyOf(reloaded, false)).toBe(key);
    expect(revisionKeyOf(reloaded, true)).not.toBe(revisionKeyOf(revision(), true));
    expect(revisionKeyOf(revision({}, []), false)).not.toBe(key);
    expect(revisionKeyOf(revision({ publishTime: neverDate }), false)).not.toBe(key);
  });
});
