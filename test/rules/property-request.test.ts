import { assert, constantFrom, property, shuffledSubarray, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRows, complete, names, readRequest, row, rowsOf } from './make-facts.ts';

const approval = (...values: string[]) => readRequest(rowsOf({ ...complete, [names.approval]: values }));
const server = (...values: string[]) =>
  readRequest(rowsOf({ ...complete, [names.approval]: ['Approve'], [names.server]: values }), ['test', 'test-eu']);

describe('the words of the approval property', () => {
  it('count when they are the whole value, in any case', () => {
    expect(approval('Approve').approval).toBe('approve');
    expect(approval(' aPPROVE ').approval).toBe('approve');
    expect(approval('deny').approval).toBe('deny');
    expect(approval().approval).toBe('none');
  });

  it('are no approval as a part of another word, such as "Disapprove"', () => {
    const { approval: asked, problems } = approval('Disapprove');

    expect(asked).toBe('none');
    expect(problems).toEqual([
      {
        kind: 'unknown-word',
        text: '"Disapprove" in PromotionApproval means nothing here; it must be exactly "Approve" or "Deny".',
        blocking: false,
      },
    ]);
  });

  it('are no denial as a part of another word, such as "Confidential"', () => {
    expect(approval('Confidential')).toMatchObject({ approval: 'none', problems: [{ kind: 'unknown-word' }] });
  });

  it('are a conflict when both stand there, in either order', () => {
    for (const both of [approval('Approve', 'Deny'), approval('Deny', 'Approve')]) {
      expect(both.approval).toBe('conflict');
      expect(both.problems).toMatchObject([{ kind: 'conflict', blocking: true }]);
    }
  });

  it('mean nothing as soon as a letter stands before or behind them', () => {
    const letters = string({ minLength: 1 }).filter((text) => text.trim() !== '');
    assert(
      property(constantFrom('Approve', 'Deny'), letters, (word, more) => {
        expect(approval(`${word}${more}`).approval).toBe('none');
        expect(approval(`${more}${word}`).approval).toBe('none');
      }),
    );
  });
});

describe('a request', () => {
  it('is the same whatever order the rows stand in', () => {
    const shuffled = anyRows.chain((rows) =>
      shuffledSubarray(rows, { minLength: rows.length }).map((other) => [rows, other] as const),
    );
    assert(
      property(shuffled, ([rows, other]) => {
        const [one, two] = [readRequest(rows), readRequest(other)];
        const ids = (some: readonly { id: string }[]): string[] => some.map(({ id }) => id).toSorted();

        expect({
          ...two,
          rows: ids(two.rows),
          approvalRows: ids(two.approvalRows),
          reloadRows: ids(two.reloadRows),
        }).toEqual({
          ...one,
          rows: ids(one.rows),
          approvalRows: ids(one.approvalRows),
          reloadRows: ids(one.reloadRows),
        });
      }),
    );
  });

  it('holds no row of another property', () => {
    const request = readRequest([row('Department', 'Approve'), row(names.approval, 'Deny')]);

    expect(request.approval).toBe('deny');
    expect(request.rows).toHaveLength(1);
  });

  it('unpublishes and keeps a version for exactly the word for yes', () => {
    const asked = (value: string) =>
      readRequest(rowsOf({ [names.unpublish]: [value], [names.versioning]: [value], [names.reload]: [value] }));

    expect(asked('true')).toMatchObject({ unpublish: true, version: true, reloadRows: [{ value: 'true' }] });
    for (const near of ['Untrue', 'Trueish', 'False', 'yes']) {
      expect(asked(near)).toMatchObject({ unpublish: false, version: false, reloadRows: [] });
      expect(asked(near).problems.map(({ kind }) => kind)).toEqual(Array(3).fill('unknown-word'));
    }
  });

  it('goes to every server with every stream, each once', () => {
    const request = readRequest(
      rowsOf({
        [names.server]: ['test - Overwrite', 'prod - Duplicate', 'TEST-overwrite'],
        [names.stream]: ['Sales', 'Finance', 'sales '],
      }),
    );

    expect(request.targets).toEqual([
      { site: 'prod', mode: 'duplicate', streams: ['Finance', 'Sales'] },
      { site: 'test', mode: 'overwrite', streams: ['Finance', 'Sales'] },
    ]);
  });

  it('lacks a server or a stream only where it asks for something', () => {
    const kinds = (values: Readonly<Record<string, string[]>>) =>
      readRequest(rowsOf(values)).problems.map(({ kind }) => kind);

    expect(kinds({ [names.approval]: ['Approve'] })).toEqual(['no-server', 'no-stream']);
    expect(kinds({ [names.reload]: ['True'] })).toEqual(['no-server', 'no-stream']);
    expect(kinds({ [names.approval]: ['Deny'] })).toEqual([]);
    expect(kinds({})).toEqual([]);
  });
});

describe('a server value', () => {
  it('parts at its last dash, so that an alias may hold one', () => {
    expect(server('test-eu - Duplicate').targets).toMatchObject([{ site: 'test-eu', mode: 'duplicate' }]);
    expect(server('test-eu-Overwrite').targets).toMatchObject([{ site: 'test-eu', mode: 'overwrite' }]);
  });

  it.each(['test - overwritetest', 'testoverwrite', 'overwritetest - Copy', 'test - Overwrite it'])(
    'is no Overwrite because the letters are in it: %s',
    (value) => {
      const { targets, problems } = server(value);

      expect(targets).toEqual([]);
      expect(problems).toMatchObject([{ blocking: true }]);
      expect(problems[0]?.kind).toMatch(/^unknown-(mode|target)$/);
    },
  );

  it('that names no known target, or no mode, is reported and blocks the request', () => {
    expect(server('qa - Overwrite').problems).toEqual([
      {
        kind: 'unknown-target',
        text: '"qa - Overwrite" names no known target; known are test, test-eu.',
        blocking: true,
      },
    ]);
    expect(server('test').problems).toMatchObject([{ kind: 'missing-mode', blocking: true }]);
    expect(server('test-eu').problems).toMatchObject([{ kind: 'missing-mode', blocking: true }]);
    expect(server('test - ').problems).toMatchObject([{ kind: 'unknown-mode', blocking: true }]);
  });

  it('that chooses one site in both modes is refused', () => {
    const { targets, problems } = server('test - Overwrite', 'TEST - Duplicate');

    expect(targets).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'both-modes', blocking: true }]);
  });
});

describe('what people type around their words', () => {
  it('is left out: blanks, and values of nothing else', () => {
    const { targets, problems } = readRequest(
      rowsOf({
        [names.server]: [' test - Overwrite ', ' '],
        [names.stream]: [' Sales ', ' '],
        [names.approval]: [' Perhaps '],
      }),
    );

    expect(targets).toEqual([{ site: 'test', mode: 'overwrite', streams: ['Sales'] }]);
    expect(problems).toMatchObject([{ text: expect.stringMatching(/^"Perhaps" in PromotionApproval/) }]);
  });

  it('does not hide a yes that stands beside another word', () => {
    const asked = readRequest(
      rowsOf({ [names.unpublish]: ['perhaps', 'True'], [names.versioning]: ['True', 'perhaps'] }),
    );

    expect(asked).toMatchObject({ unpublish: true, version: true });
    expect(readRequest(rowsOf({ [names.unpublish]: ['perhaps'] }))).toMatchObject({ unpublish: false, version: false });
  });

  it('is told in one order, whatever order it stands in', () => {
    const values = ['zeta', 'Alpha', 'beta'];
    const told = (some: readonly string[]) =>
      readRequest(
        rowsOf({ [names.stream]: ['Sales'], [names.server]: some, [names.approval]: ['Approve', 'x'] }),
      ).problems.map(({ kind, text }) => `${kind} ${text.slice(0, 7)}`);

    expect(told(values)).toEqual([
      'unknown-target "Alpha"',
      'unknown-target "beta" ',
      'unknown-target "zeta" ',
      'unknown-word "x" in ',
    ]);
    expect(told(values.toReversed())).toEqual(told(values));
  });
});
