import { assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanUpFor, consumedRows, isConsumed, standsAsConsumed, unconsumedRows } from '../../rules/clean-up.ts';
import { anyRows, names, row, rowsOf } from './make-facts.ts';

describe('the clean-up of the source', () => {
  it.each([
    ['approve', 'always', false, 'unpublish'],
    ['approve', 'byProperty', true, 'unpublish'],
    ['approve', 'byProperty', false, 'strip'],
    ['approve', 'never', true, 'strip'],
    ['deny', 'always', false, 'unpublish'],
    ['deny', 'byProperty', true, 'unpublish'],
    ['deny', 'byProperty', false, 'strip'],
    ['deny', 'never', true, 'strip'],
    ['reload', 'always', true, 'nothing'],
  ] as const)(
    'after %s with unpublish %s, and the property asking for it %s, is to %s',
    (verdict, setting, asked, cleanUp) => {
      expect(cleanUpFor(verdict, setting, asked)).toBe(cleanUp);
    },
  );
});

describe('a decision', () => {
  it('consumes its own rows and never the standing reload property', () => {
    const rows = rowsOf({
      [names.server]: ['test - Overwrite'],
      [names.stream]: ['Sales'],
      [names.approval]: ['Approve'],
      [names.unpublish]: ['True'],
      [names.versioning]: ['True'],
      [names.reload]: ['True'],
      Department: ['Sales'],
    });

    expect(consumedRows(rows, names).map(({ name }) => name)).toEqual([
      names.server,
      names.stream,
      names.approval,
      names.unpublish,
      names.versioning,
    ]);
  });

  it('knows its rows again by definition and value, whatever their ids have become', () => {
    const consumed = consumedRows(rowsOf({ [names.approval]: ['Approve'] }), names);

    expect(isConsumed({ name: 'PROMOTIONAPPROVAL', value: 'Approve' }, consumed)).toBe(true);
    expect(isConsumed({ name: names.approval, value: 'Deny' }, consumed)).toBe(false);
    expect(isConsumed({ name: names.stream, value: 'Approve' }, consumed)).toBe(false);
  });

  it('leaves unconsumed what somebody asked for since', () => {
    const before = rowsOf({ [names.server]: ['test - Overwrite'], [names.approval]: ['Approve'] });
    const since = row(names.server, 'prod - Duplicate');
    const consumed = consumedRows(before, names);

    expect(unconsumedRows([...before, since], names, consumed)).toEqual([since]);
    expect(unconsumedRows([...before, row('Department', 'x')], names, consumed)).toEqual([]);
  });

  it('is no longer what the request says once a row of it came or went', () => {
    const approval = rowsOf({ [names.server]: ['test - Overwrite'], [names.approval]: ['Approve'] });
    const denial = row(names.approval, 'Deny');
    const consumed = consumedRows([...approval, denial], names);

    expect(standsAsConsumed([denial, ...approval], names, consumed)).toBe(true);
    expect(standsAsConsumed(approval, names, consumed)).toBe(false);
    expect(standsAsConsumed([...approval, denial, row(names.stream, 'Sales')], names, consumed)).toBe(false);
    expect(standsAsConsumed([...approval, denial, row('Department', 'x')], names, consumed)).toBe(true);
  });

  it('is what the rows say that it was made of', () => {
    assert(
      property(anyRows, (rows) => {
        expect(standsAsConsumed(rows, names, consumedRows(rows, names))).toBe(true);
      }),
    );
  });

  it('leaves nothing unconsumed of the rows that it was made of', () => {
    assert(
      property(anyRows, (rows) => {
        expect(unconsumedRows(rows, names, consumedRows(rows, names))).toEqual([]);
      }),
    );
  });
});
