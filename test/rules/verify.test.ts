import { assert, constantFrom, nat, property, record, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StandingContent, whyNotReplaced, whyNotWhole } from '../../rules/verify.ts';
import { object } from './make-facts.ts';

const content = (sizeBytes: number, ...objects: StandingContent['objects']): StandingContent => ({
  sizeBytes,
  objects,
});

const anyContent = record({
  sizeBytes: nat(5),
  objects: uniqueArray(
    record({ id: constantFrom('a', 'b', 'c'), hash: constantFrom('x', 'y'), type: constantFrom('sheet', 'measure') }),
    { selector: ({ id }) => id },
  ).map((some) => some.map(({ id, hash, type }) => object(id, { contentHash: hash, objectType: type }))),
});

describe('a replace took effect', () => {
  const before = content(100, object('a', { contentHash: 'old' }), object('gone'));
  const staged = content(200, object('a', { contentHash: 'new' }), object('b'));

  it('when everything that was staged stands there, and nothing of the old app', () => {
    expect(whyNotReplaced(before, staged, staged)).toEqual([]);
    expect(whyNotReplaced(before, staged, content(200, ...staged.objects, object('community')))).toEqual([]);
  });

  it('not when the target is what it was before, though the site said so', () => {
    expect(whyNotReplaced(before, staged, before)).toEqual([
      '1 of 2 objects are not there: "Sheet b"',
      '1 objects still hold what they held before: "Sheet a"',
      '1 objects of the old app are still there: "Sheet gone"',
      'its size is still 100 bytes instead of 200',
    ]);
  });

  it('is never said of a target that lacks something of what was staged', () => {
    assert(
      property(anyContent, anyContent, anyContent, (was, sent, now) => {
        const lacks = sent.objects.some(
          (one) => !now.objects.some((other) => other.engineObjectId === one.engineObjectId),
        );

        expect(lacks && whyNotReplaced(was, sent, now).length === 0).toBe(false);
        expect(whyNotReplaced(was, sent, sent)).toEqual([]);
      }),
    );
  });
});

describe('an app is whole', () => {
  it('when it has the size and at least the objects that were sent', () => {
    const sent = content(100, object('a'), object('b'));

    expect(whyNotWhole(sent, content(100, object('x'), object('y'), object('z')))).toEqual([]);
    expect(whyNotWhole(sent, content(99, object('x')))).toEqual([
      'it has 99 bytes instead of 100',
      'it has 1 of 2 objects of type sheet',
    ]);
  });

  it('whatever case its site writes the types of objects in', () => {
    const sent = content(100, object('a', { objectType: 'LoadModel' }), object('b', { objectType: 'loadmodel' }));

    expect(whyNotWhole(sent, content(100, object('x', { objectType: 'LOADMODEL' }), object('y')))).toEqual([
      'it has 1 of 2 objects of type loadmodel',
    ]);
    expect(whyNotWhole(content(100, object('a', { objectType: 'LoadModel' })), sent)).toEqual([]);
  });

  it('as far as can be told, where a size is not known', () => {
    expect(whyNotWhole(content(0, object('a')), content(50, object('x')))).toEqual([]);
    expect(whyNotWhole(content(50, object('a')), content(0, object('x')))).toEqual([]);
  });

  it('when it is compared with itself', () => {
    assert(
      property(anyContent, (some) => {
        expect(whyNotWhole(some, some)).toEqual([]);
      }),
    );
  });
});

describe('an object that cannot tell whether it was replaced', () => {
  const same = object('a', { contentHash: 'same' });

  it('is one that holds the same before and after', () => {
    expect(whyNotReplaced(content(1, same), content(1, same), content(1, same))).toEqual([]);
  });

  it('is one that holds something new which nobody sent: QRS may show a hash of its own', () => {
    const [old, sent, now] = ['old', 'sent', 'now'].map((contentHash) => content(1, object('a', { contentHash })));

    expect(whyNotReplaced(old!, sent!, now!)).toEqual([]);
    expect(whyNotReplaced(old!, sent!, old!)).toHaveLength(1);
  });
});

describe('the size of a target', () => {
  it('tells nothing where that of what was sent is not known', () => {
    expect(whyNotReplaced(content(100), content(0), content(100))).toEqual([]);
    expect(whyNotReplaced(content(100), content(100), content(100))).toEqual([]);
    expect(whyNotReplaced(content(100), content(1), content(100))).toHaveLength(1);
  });
});

describe('the objects that a person is told of', () => {
  it('are five, by name', () => {
    const sent = content(1, ...Array.from({ length: 7 }, (_, nth) => object(String(nth))));

    expect(whyNotReplaced(content(1), sent, content(1))).toEqual([
      '7 of 7 objects are not there: "Sheet 0", "Sheet 1", "Sheet 2", "Sheet 3", "Sheet 4"',
    ]);
  });
});
