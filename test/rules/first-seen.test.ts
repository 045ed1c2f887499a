import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PropertyRow } from '../../rules/app-facts.ts';
import { asFirstSeen } from '../../rules/first-seen.ts';
import { anyRows, MANAGER, names, row } from './make-facts.ts';

const LATER = '2026-01-09T00:00:00.000Z';
const OTHER = 'COMPANY\\other';
const saved = (rows: readonly PropertyRow[], by = OTHER): PropertyRow[] =>
  rows.map((one, index) => ({ ...one, id: `${one.id} renewed ${index}`, modifiedBy: by, modifiedUtc: LATER }));

const approval = row(names.approval, 'Approve');
const server = row(names.server, 'test - Overwrite');

describe('rows as they were first seen', () => {
  it('are those of now, where nothing was seen before', () => {
    expect(asFirstSeen([approval, server], [])).toEqual([approval, server]);
  });

  it('keep author and date when a save renews them all, together with what was added in it', () => {
    const stream = row(names.stream, 'Sales', { modifiedBy: OTHER, modifiedUtc: LATER });
    const now = [...saved([approval, server]), stream];

    expect(asFirstSeen(now, [approval, server])).toEqual([
      { ...approval, id: now[0]!.id },
      { ...server, id: now[1]!.id },
      stream,
    ]);
  });

  it('have the author and date of now when somebody set one anew beside kept ones', () => {
    const [again] = saved([approval]);

    expect(asFirstSeen([again!, server], [approval, server])).toEqual([again, server]);
  });

  it('keep author and date when a save touches them without renewing their ids', () => {
    const touched = { ...approval, modifiedBy: OTHER, modifiedUtc: LATER };

    expect(asFirstSeen([touched], [approval])).toEqual([approval]);
  });

  it('have the author of now when the value of a row was changed in place', () => {
    const denied = { ...approval, value: 'Deny', modifiedBy: OTHER, modifiedUtc: LATER };

    expect(asFirstSeen([denied, server], [approval, server])).toEqual([denied, server]);
  });

  it('have the author of now when two saves made them all new and nobody looked in between', async () => {
    const kept = row(names.server, 'prod - Duplicate', {
      modifiedBy: MANAGER,
      modifiedUtc: '2026-01-08T00:00:00.000Z',
    });
    const [again] = saved([approval]);
    const byOther = row(names.stream, 'Sales', { modifiedBy: OTHER, modifiedUtc: LATER });
    const byManager = { ...again!, modifiedBy: MANAGER };

    expect(asFirstSeen([kept, again!], [approval, server])).toEqual([kept, again]);
    expect(asFirstSeen([byOther, byManager], [approval, server])).toEqual([byOther, byManager]);
  });

  it('are those of one save though its rows differ by moments', () => {
    const [first, second] = saved([approval, server]);
    const within = (ms: number) => ({ ...second!, modifiedUtc: new Date(Date.parse(LATER) + ms).toISOString() });

    expect(asFirstSeen([first!, within(1000)], [approval, server])[0]).toEqual({ ...approval, id: first!.id });
    expect(asFirstSeen([first!, within(1001)], [approval, server])[0]).toEqual(first);
  });

  it('are set by whoever set them once they were seen to be gone', () => {
    const gone = asFirstSeen([server], [approval, server]);
    const [again] = saved([approval]);

    expect(asFirstSeen([again!, ...saved([server])], gone)[0]).toEqual(again);
  });

  it('are never made over to somebody who only saved the app, however often', () => {
    assert(
      property(anyRows, (rows) => {
        const authors = (some: readonly PropertyRow[]) =>
          some.map(({ modifiedBy, modifiedUtc }) => [modifiedBy, modifiedUtc]);
        const once = asFirstSeen(saved(rows), rows);
        const twice = asFirstSeen(saved(saved(rows), MANAGER), once);

        expect(authors(once)).toEqual(authors(rows));
        expect(authors(twice)).toEqual(authors(rows));
      }),
    );
  });
});
