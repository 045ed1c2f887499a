import { array, assert, constantFrom, property, record, uniqueArray, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../rules/app-facts.ts';
import type { ChosenTarget } from '../../rules/property-request.ts';
import {
  addedTargets,
  identifyDecision,
  joinTargets,
  type RememberedDecision,
  type SeenDecision,
} from '../../rules/same-decision.ts';
import { names, row } from './make-facts.ts';

const targets: ChosenTarget[] = [{ site: 'test', mode: 'overwrite', streams: ['Sales'] }];

function seenWith(ids: { approval?: string; others?: string }, more: Partial<SeenDecision> = {}): SeenDecision {
  const approvalRow = row(names.approval, 'Approve', { id: ids.approval ?? 'approval-1' });
  const rows = [approvalRow, row(names.server, 'test - Overwrite', { id: ids.others ?? 'server-1' })];
  return { verdict: 'approve', approvalRows: [approvalRow], rows, targets, revisionKey: 'revision-1', ...more };
}

const remembered: RememberedDecision = {
  decisionId: 'decision-1',
  verdict: 'approve',
  approvalRowIds: ['approval-1'],
  rowIds: ['approval-1', 'server-1'],
  targets,
  revisionKey: 'revision-1',
  absentSeen: false,
  baseline: false,
  stale: false,
};

describe('rows are the same decision', () => {
  it('when the approval row is the one remembered, whatever the content is now', () => {
    expect(identifyDecision(seenWith({}), remembered)).toEqual({ kind: 'same', added: [] });
    expect(identifyDecision(seenWith({}, { revisionKey: 'revision-2' }), remembered).kind).toBe('same');
  });

  it('when all are new at once over the same content, as where a save renews every row', () => {
    expect(identifyDecision(seenWith({ approval: 'a2', others: 's2' }), remembered)).toEqual({
      kind: 'same',
      added: [],
    });
  });

  it('when all are new at once and the approval is still of the time it was first seen with', () => {
    const seen = seenWith({ approval: 'a2', others: 's2' });
    const approvalUtc = seen.approvalRows[0]!.modifiedUtc;

    expect(identifyDecision(seen, { ...remembered, approvalUtc }).kind).toBe('same');
    expect(identifyDecision(seenWith({ others: 's2' }), { ...remembered, approvalUtc: 'another' }).kind).toBe('same');
  });

  it('with targets in addition, which are told', () => {
    const more: ChosenTarget[] = [
      { site: 'test', mode: 'overwrite', streams: ['Sales', 'Finance'] },
      { site: 'prod', mode: 'duplicate', streams: ['Sales'] },
    ];

    expect(identifyDecision(seenWith({}, { targets: more }), remembered)).toEqual({
      kind: 'same',
      added: [
        { site: 'test', mode: 'overwrite', streams: ['Finance'] },
        { site: 'prod', mode: 'duplicate', streams: ['Sales'] },
      ],
    });
    expect(identifyDecision(seenWith({}, { targets: more }), { ...remembered, baseline: true })).toEqual({
      kind: 'same',
      added: [],
    });
  });
});

describe('rows are a new decision', () => {
  it.each<[string, SeenDecision, RememberedDecision | undefined]>([
    ['when nothing is remembered', seenWith({}), undefined],
    ['when the approval was seen to be gone in between', seenWith({}), { ...remembered, absentSeen: true }],
    ['when the word is another', seenWith({}, { verdict: 'deny' }), remembered],
    ['when only the approval row is new: somebody set it anew', seenWith({ approval: 'a2' }), remembered],
    [
      'when all are new and the approval is of another time: somebody set it while nobody looked',
      seenWith({ approval: 'a2', others: 's2' }),
      { ...remembered, approvalUtc: '2026-01-01T12:00:00.000Z' },
    ],
  ])('%s', (_, seen, last) => {
    expect(identifyDecision(seen, last)).toEqual({ kind: 'new' });
  });

  it('or the same over other content, when all are new at once and the content is, too', () => {
    const seen = seenWith({ approval: 'a2', others: 's2' }, { revisionKey: 'revision-2' });

    expect(identifyDecision(seen, remembered)).toEqual({ kind: 'other-content' });
  });
});

const target: Arbitrary<ChosenTarget> = record({
  site: constantFrom('test', 'TEST', 'prod', 'eu'),
  mode: constantFrom('overwrite', 'duplicate'),
  streams: array(constantFrom('Sales', 'sales', ' Sales', 'Finance', 'HR'), { minLength: 1, maxLength: 4 }),
});
const someTargets = array(target, { maxLength: 4 });
/** As a request gives them: a site once, a stream once. */
const cleanTargets = uniqueArray(
  record({
    site: constantFrom('test', 'prod', 'eu'),
    mode: constantFrom('overwrite' as const, 'duplicate' as const),
    streams: uniqueArray(constantFrom('Sales', 'Finance', 'HR'), { minLength: 1 }),
  }),
  { selector: ({ site }) => site },
);

const pairs = (some: readonly ChosenTarget[]): string[] =>
  some.flatMap(({ site, mode, streams }) => streams.map((stream) => `${fold(site)} ${mode} ${fold(stream)}`));
const pairSet = (some: readonly ChosenTarget[]): string[] => [...new Set(pairs(some))].toSorted();

describe('targets', () => {
  it('added are those that were not there: none of before, all that is missing, each once', () => {
    assert(
      property(someTargets, someTargets, (now, before) => {
        const added = addedTargets(now, before);

        expect(pairs(added).toSorted()).toEqual(pairSet(now).filter((pair) => !pairs(before).includes(pair)));
        expect(addedTargets(now, now)).toEqual([]);
        expect(addedTargets(added, before)).toEqual(added);
      }),
    );
  });

  it('joined are all of both, each once', () => {
    assert(
      property(cleanTargets, someTargets, (left, right) => {
        expect(pairs(joinTargets(left, right)).toSorted()).toEqual(pairSet([...left, ...right]));
      }),
    );
  });

  it('joined with themselves or with nothing stay as they are', () => {
    assert(
      property(cleanTargets, (some) => {
        expect(joinTargets(some, some)).toEqual(some);
        expect(joinTargets(some, [])).toEqual(some);
        expect(joinTargets([], some)).toEqual(some);
      }),
    );
  });

  it('joined in another order are the same, and adding what is missing is joining', () => {
    assert(
      property(cleanTargets, cleanTargets, cleanTargets, (one, two, three) => {
        expect(pairSet(joinTargets(one, two))).toEqual(pairSet(joinTargets(two, one)));
        expect(pairSet(joinTargets(joinTargets(one, two), three))).toEqual(
          pairSet(joinTargets(one, joinTargets(two, three))),
        );
        expect(joinTargets(one, addedTargets(two, one))).toEqual(joinTargets(one, two));
      }),
    );
  });
});

describe('targets of the same site and mode', () => {
  it('are joined into one with the streams of both', () => {
    const sales: ChosenTarget[] = [
      { site: 'test', mode: 'overwrite', streams: ['Sales'] },
      { site: 'test', mode: 'duplicate', streams: ['Sales'] },
    ];
    const more: ChosenTarget[] = [{ site: 'TEST', mode: 'duplicate', streams: ['Finance'] }];

    expect(joinTargets(sales, more)).toEqual([
      sales[0],
      { site: 'test', mode: 'duplicate', streams: ['Sales', 'Finance'] },
    ]);
    expect(sales[1]!.streams).toEqual(['Sales']);
  });
});
