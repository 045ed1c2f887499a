import { array, assert, constantFrom, property, record, shuffledSubarray, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedAfter, describeChanges, type ObjectFacts, type Revision, revisionText } from '../../rules/revision.ts';
import { object, PUBLISHED } from './make-facts.ts';

const LATER = '2026-01-05T00:00:00.000Z';
const revision = (objects: ObjectFacts[], more: Partial<Revision> = {}): Revision => ({
  publishedAtUtc: PUBLISHED,
  reloadedAtUtc: PUBLISHED,
  objects,
  ...more,
});

const objects = uniqueArray(
  record({
    engineObjectId: constantFrom('a', 'b', 'c', 'd'),
    objectType: constantFrom('sheet', 'measure'),
    name: constantFrom('Revenue', 'Costs'),
    modifiedUtc: constantFrom(PUBLISHED, LATER),
    contentHash: constantFrom('x', 'y'),
    sizeBytes: constantFrom(1, 2),
  }),
  { selector: ({ engineObjectId }) => engineObjectId },
);

describe('the revision of an app', () => {
  it('changes with every object, and with a publish', () => {
    const before = revisionText(revision([object('a')]), false);
    const others = [
      revision([object('a', { contentHash: 'other' })]),
      revision([object('a', { modifiedUtc: LATER })]),
      revision([object('a', { sizeBytes: 11 })]),
      revision([object('a'), object('b')]),
      revision([]),
      revision([object('a')], { publishedAtUtc: LATER }),
    ];

    for (const other of others) expect(revisionText(other, false)).not.toBe(before);
  });

  it('changes with a reload only where data counts', () => {
    const [before, after] = [revision([object('a')]), revision([object('a')], { reloadedAtUtc: LATER })];

    expect(revisionText(after, false)).toBe(revisionText(before, false));
    expect(revisionText(after, true)).not.toBe(revisionText(before, true));
  });

  it('is the same whatever order the objects come in, and whatever they are called', () => {
    const shuffled = objects.chain((some) =>
      shuffledSubarray(some, { minLength: some.length }).map((other) => [some, other] as const),
    );
    assert(
      property(
        shuffled,
        array(constantFrom('Revenue', 'Costs'), { minLength: 4, maxLength: 4 }),
        ([one, two], titles) => {
          const renamed = two.map((some, index) => ({ ...some, name: titles[index] ?? '' }));

          expect(revisionText(revision(renamed), false)).toBe(revisionText(revision(one), false));
        },
      ),
    );
  });
});

describe('the changes between two revisions', () => {
  it('are told by type and name', () => {
    const before = revision([object('a'), object('b'), object('c')]);
    const after = revision(
      [object('a'), object('b', { contentHash: 'other' }), object('d', { objectType: 'measure' })],
      {
        publishedAtUtc: LATER,
        reloadedAtUtc: LATER,
      },
    );

    expect(describeChanges(before, after, true)).toEqual([
      'measure "Sheet d" was added',
      'sheet "Sheet b" was changed',
      'sheet "Sheet c" was removed',
      'the app was published again',
      'the data was reloaded',
    ]);
  });

  it('are none exactly where the revision is the same', () => {
    assert(
      property(objects, objects, (one, two) => {
        const typesAlike = two.map((some) => ({
          ...some,
          objectType: one.find((other) => other.engineObjectId === some.engineObjectId)?.objectType ?? some.objectType,
        }));
        const same = revisionText(revision(one), false) === revisionText(revision(typesAlike), false);

        expect(describeChanges(revision(one), revision(typesAlike), false).length === 0).toBe(same);
      }),
    );
  });

  it('after a moment are what is newer than it', () => {
    const now = revision([object('a'), object('b', { modifiedUtc: LATER })], { reloadedAtUtc: LATER });

    expect(changedAfter(now, PUBLISHED, false)).toEqual(['sheet "Sheet b" was changed']);
    expect(changedAfter(now, PUBLISHED, true)).toEqual(['sheet "Sheet b" was changed', 'the data was reloaded']);
    expect(changedAfter(now, LATER, true)).toEqual([]);
  });
});

describe('the parts of a revision', () => {
  it('are held apart: what moves from one to the next is a change', () => {
    const one = revision([object('a', { objectType: 'sheet', contentHash: '1', sizeBytes: 23 })]);
    const other = revision([object('a', { objectType: 'sheet', contentHash: '12', sizeBytes: 3 })]);
    const split = revision([object('a'), object('b')]);
    const lines = revisionText(split, false).split('\n');

    expect(revisionText(one, false)).not.toBe(revisionText(other, false));
    expect(lines).toHaveLength(4);
    expect(lines.slice(0, 2)).toEqual([PUBLISHED, '']);
  });

  it('are empty where the app was never published or reloaded', () => {
    const never = { publishedAtUtc: undefined, reloadedAtUtc: undefined, objects: [] };

    expect(revisionText(never, true)).toBe('\n');
    expect(revisionText(never, false)).toBe('\n');
  });

  it.each([{ modifiedUtc: LATER }, { contentHash: 'other' }, { sizeBytes: 99 }])(
    'make an object a changed one, each by itself: %o',
    (change) => {
      expect(describeChanges(revision([object('a')]), revision([object('a', change)]), false)).toEqual([
        'sheet "Sheet a" was changed',
      ]);
    },
  );

  it('tell a reload only where it happened and data counts', () => {
    const reloaded = revision([], { reloadedAtUtc: LATER });

    expect(describeChanges(revision([]), reloaded, true)).toEqual(['the data was reloaded']);
    expect(describeChanges(revision([]), reloaded, false)).toEqual([]);
    expect(describeChanges(revision([]), revision([]), true)).toEqual([]);
    expect(describeChanges(revision([]), revision([], { publishedAtUtc: LATER }), false)).toEqual([
      'the app was published again',
    ]);
  });

  it('tell a publish after a moment', () => {
    expect(changedAfter(revision([]), '2026-01-01T00:00:00.000Z', false)).toEqual(['the app was published again']);
    expect(changedAfter(revision([]), PUBLISHED, false)).toEqual([]);
    expect(changedAfter(revision([], { publishedAtUtc: undefined }), '', false)).toEqual([]);
  });
});
