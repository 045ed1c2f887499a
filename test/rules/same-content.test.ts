import { assert, constantFrom, property, record, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listsAgree } from '../../rules/same-content.ts';
import { object } from './make-facts.ts';

const anyList = uniqueArray(record({ id: constantFrom('a', 'b', 'c'), hash: constantFrom('x', 'y', '') }), {
  selector: ({ id }) => id,
}).map((some) => some.map(({ id, hash }) => object(id, { contentHash: hash })));

describe('lists of objects settle that the content is the same', () => {
  const sent = [object('a', { contentHash: 'x' }), object('b', { contentHash: 'y' })];

  it('when each object is there under its id with its hash, in any order', () => {
    expect(listsAgree(sent, sent.toReversed())).toBe(true);
  });

  it.each([
    ['an object is missing', [object('a', { contentHash: 'x' })]],
    ['an object has another hash', [sent[0]!, object('b', { contentHash: 'z' })]],
    ['an object bears another id', [sent[0]!, object('c', { contentHash: 'y' })]],
    ['an object is of another type', [sent[0]!, object('b', { contentHash: 'y', objectType: 'story' })]],
    ['there is one beside them', [...sent, object('c')]],
  ])('not when %s', (_, standing) => {
    expect(listsAgree(sent, standing)).toBe(false);
  });

  it('whatever is beside them, where that does not matter', () => {
    expect(listsAgree(sent, [...sent, object('c')], { extras: true })).toBe(true);
    expect(listsAgree(sent, [sent[0]!, object('c')], { extras: true })).toBe(false);
  });

  it.each(['', Buffer.alloc(32, 0x11).toString('base64')])(
    'not where the repository tells no hash: %j',
    (contentHash) => {
      const untold = [object('a', { contentHash })];
      expect(listsAgree(untold, untold)).toBe(false);
    },
  );

  it('not for an app without objects', () => {
    expect(listsAgree([], [])).toBe(false);
  });

  it('never of lists that differ in an id or a hash', () => {
    const shown = (list: typeof sent) =>
      list
        .map((one) => `${one.engineObjectId} ${one.contentHash}`)
        .toSorted()
        .join();
    assert(property(anyList, anyList, (one, other) => !listsAgree(one, other) || shown(one) === shown(other)));
  });
});
