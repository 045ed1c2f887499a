import { describe, expect, it } from 'vitest';
import type { AppFacts, PropertyRow } from '../../rules/app-facts.ts';
import { askOf, type AskFacts, type AskPolicy } from '../../rules/ask.ts';
import {
  app,
  complete,
  DECIDED,
  facts,
  FIRST_START,
  MANAGER,
  names,
  object,
  policy,
  PUBLISHED,
  remembering,
  row,
  rowsOf,
} from './make-facts.ts';

const LATER = '2026-01-05T00:00:00.000Z';
const OTHER = 'COMPANY\\other';

const ask = (of: AppFacts | undefined, more: Partial<AskFacts> = {}, change: Partial<AskPolicy> = {}) =>
  askOf(facts(of, more), { ...policy, ...change });
const onlyManager = { approval: { approvers: { users: [MANAGER], groups: [] }, ownerMayApprove: true } } as const;
const approvedRows = () => rowsOf({ ...complete, [names.approval]: ['Approve'] });
const denied = (more: Readonly<Record<string, readonly string[]>> = {}) =>
  rowsOf({ [names.approval]: ['Deny'], ...more });

describe('an app that asks for nothing', () => {
  it('has no problems where it is gone, was published before the first start, or was decided', () => {
    const nothing = (why: string) => ({ ask: 'nothing', why: expect.stringContaining(why), problems: [] });

    expect(ask(undefined)).toEqual(nothing('gone'));
    expect(ask(app(), { request: undefined })).toEqual(nothing('gone'));
    expect(ask(app({ publishedAtUtc: FIRST_START }))).toEqual(nothing('before Waybill first saw'));
    expect(ask(app(), { isDecided: true })).toEqual(nothing('decided before'));
  });

  it('is not published as long as it lacks the stream or the date of it', () => {
    const rows = approvedRows();

    expect(ask(app({ rows, stream: undefined }))).toMatchObject({ why: 'the app is not published' });
    expect(ask(app({ rows, publishedAtUtc: undefined }))).toMatchObject({ why: 'the app is not published' });
  });

  it('asks for something as soon as it bears a row, however long ago it was published', () => {
    const old = { publishedAtUtc: '2025-12-31T00:00:00.000Z' };

    expect(ask(app({ ...old, rows: rowsOf(complete) }))).toMatchObject({ ask: 'wait' });
    expect(ask(app({ ...old, rows: rowsOf({ ...complete, [names.approval]: ['Approve', 'Deny'] }) }))).toMatchObject({
      ask: 'wait',
    });
  });

  it('bears a decision that is exactly as old as the first start', () => {
    const rows = approvedRows().map((one) => ({ ...one, modifiedUtc: FIRST_START }));

    expect(ask(app({ rows, publishedAtUtc: FIRST_START }))).toMatchObject({
      ask: 'nothing',
      why: expect.stringContaining('older than the first start'),
    });
  });
});

describe('the tag for reloads', () => {
  const standing = (more: Readonly<Record<string, readonly string[]>> = {}) =>
    rowsOf({ ...complete, [names.reload]: ['True'], ...more });

  it('is told from other tags, in any case', () => {
    expect(ask(app({ rows: standing(), tags: ['Another'] }))).toEqual({ ask: 'tag' });
    expect(ask(app({ rows: standing(), tags: ['Another', 'promoteonreload'] }))).toMatchObject({ ask: 'nothing' });
    expect(ask(app({ tags: ['Another'] }))).toMatchObject({ ask: 'wait' });
  });

  it('is not put on an app whose request is not complete or has something in its way', () => {
    expect(ask(app({ rows: standing({ [names.stream]: [] }) }))).toMatchObject({ ask: 'nothing' });
    expect(ask(app({ rows: standing({ [names.server]: ['test - Overwrite', 'nowhere - Overwrite'] }) }))).toMatchObject(
      {
        ask: 'nothing',
      },
    );
    expect(ask(app({ rows: standing({ [names.server]: [] }) }))).toMatchObject({ ask: 'nothing' });
  });

  it('is put on beside a problem that blocks nothing', () => {
    expect(ask(app({ rows: standing({ [names.unpublish]: ['perhaps'] }) }))).toEqual({ ask: 'tag' });
  });

  it('is asked for of a request without problems only where it names targets', () => {
    const of = app({ rows: standing() });
    const { request } = facts(of);

    expect(ask(of, { request: { ...request!, targets: [] } })).not.toMatchObject({ ask: 'tag' });
  });
});

describe('a promotion on reload', () => {
  const tagged = { tags: ['PromoteOnReload'] };
  const standing = (modifiedUtc: string, more: Partial<PropertyRow> = {}) => [
    ...rowsOf(complete),
    row(names.reload, 'True', { modifiedUtc, ...more }),
  ];

  it('needs a reload after its row was set and after the first start', () => {
    const at = (reloadedAtUtc: string, setAtUtc: string) =>
      ask(app({ ...tagged, rows: standing(setAtUtc), reloadedAtUtc })).ask;
    const before = '2025-12-30T00:00:00.000Z';

    expect(at(DECIDED, DECIDED)).toBe('nothing');
    expect(at(LATER, DECIDED)).toBe('reload');
    expect(at(PUBLISHED, DECIDED)).toBe('nothing');
    expect(at(FIRST_START, before)).toBe('nothing');
    expect(at('2025-12-31T00:00:00.000Z', before)).toBe('nothing');
    expect(at(PUBLISHED, before)).toBe('reload');
  });

  it('is blocked by a denial and by a conflict', () => {
    for (const words of [['Deny'], ['Approve', 'Deny']]) {
      const rows = [...standing(DECIDED), ...rowsOf({ [names.approval]: words })];

      expect(ask(app({ ...tagged, rows, reloadedAtUtc: LATER }))).toMatchObject({
        ask: 'nothing',
        problems: expect.arrayContaining([
          expect.objectContaining({ text: expect.stringContaining('A denial blocks') }),
        ]),
      });
    }
  });

  it('counts only by whom policy lets approve, the owner among them only where he may', () => {
    const of = (by: string) => app({ ...tagged, rows: standing(DECIDED, { modifiedBy: by }), reloadedAtUtc: LATER });
    const strict = { approval: { approvers: 'anyone', ownerMayApprove: false } } as const;

    expect(ask(of(OTHER), {}, onlyManager)).toMatchObject({ ask: 'nothing', problems: [{ kind: 'not-allowed' }] });
    expect(ask(of(MANAGER), {}, onlyManager)).toMatchObject({ ask: 'reload', decidedBy: MANAGER });
    expect(ask(of('COMPANY\\rep'), {}, strict)).toMatchObject({ ask: 'nothing', problems: [{ kind: 'not-allowed' }] });
  });
});

describe('whose decision it is', () => {
  it('is also whose groups are looked up, and nobody has to prove a name of the QMC', () => {
    const groups = { approval: { approvers: { users: [], groups: ['Approvers'] }, ownerMayApprove: true } } as const;
    const asked: string[] = [];
    const groupsOf = (account: string) => (asked.push(account), account === MANAGER ? ['approvers'] : []);

    expect(ask(app({ rows: approvedRows() }), { groupsOf }, groups)).toMatchObject({ ask: 'approve' });
    expect(asked).toEqual([MANAGER]);
  });

  it('is not that of who set another property before the approval', () => {
    const rows = [
      ...rowsOf(complete).map((one) => ({ ...one, modifiedUtc: PUBLISHED, modifiedBy: OTHER })),
      row(names.approval, 'Approve'),
    ];

    expect(ask(app({ rows }), {}, onlyManager)).toMatchObject({ ask: 'approve', decidedBy: MANAGER });
  });

  it('is not that of who set another property at the same moment', () => {
    const rows = [...rowsOf(complete).map((one) => ({ ...one, modifiedBy: OTHER })), row(names.approval, 'Approve')];

    expect(ask(app({ rows }), {}, onlyManager)).toMatchObject({ ask: 'approve', decidedBy: MANAGER });
  });

  it('needs the right of all who added to an approval, each told once', () => {
    const later = { modifiedUtc: LATER };
    const rows = [
      ...approvedRows(),
      row(names.stream, 'Finance', { ...later, modifiedBy: OTHER }),
      row(names.stream, 'Costs', { ...later, modifiedBy: 'company\\OTHER' }),
    ];

    expect(ask(app({ rows }), {}, onlyManager)).toMatchObject({ ask: 'wait', problems: [{ kind: 'not-allowed' }] });
    const asked = ask(app({ rows }), {}, onlyManager);
    expect(asked.ask === 'wait' && asked.problems).toHaveLength(1);
  });
});

describe('a denial', () => {
  it('names no targets, and what would block an approval blocks it not', () => {
    const rows = denied({ ...complete, [names.server]: ['test - Overwrite', 'nowhere - Overwrite'] });

    expect(ask(app({ rows }))).toMatchObject({
      ask: 'deny',
      targets: [],
      problems: [{ kind: 'unknown-target', blocking: false }],
    });
  });

  it('is the denier’s alone: what others add afterwards does not count against it', () => {
    const rows = [...denied(), row(names.stream, 'Finance', { modifiedUtc: LATER, modifiedBy: OTHER })];

    expect(ask(app({ rows }), {}, onlyManager)).toMatchObject({ ask: 'deny', decidedBy: MANAGER });
  });

  it('needs the right to approve, but of the owner, who may always deny his own app', () => {
    const by = (account: string) => denied().map((one) => ({ ...one, modifiedBy: account }));

    expect(ask(app({ rows: by(OTHER) }), {}, onlyManager)).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'not-allowed' }],
    });
    expect(ask(app({ rows: by('COMPANY\\rep') }), {}, onlyManager)).toMatchObject({ ask: 'deny' });
  });

  it('is the same one again where it is remembered', () => {
    const rows = denied(complete);

    expect(ask(app({ rows }), { remembered: remembering(rows, { verdict: 'deny', targets: [] }) })).toMatchObject({
      ask: 'deny',
      identity: 'same',
      targets: [],
    });
  });
});

describe('targets added to a remembered approval', () => {
  const rows = approvedRows();
  const added = (by = MANAGER, more: Partial<PropertyRow> = {}) => [
    ...rows,
    row(names.stream, 'Finance', { modifiedUtc: LATER, modifiedBy: by, ...more }),
  ];

  it('are asked for by whoever added them', () => {
    expect(ask(app({ rows: added() }), { remembered: remembering(rows) })).toMatchObject({
      ask: 'approve',
      identity: 'added',
      decidedBy: MANAGER,
      decidedAtUtc: LATER,
      targets: [{ site: 'test', mode: 'overwrite', streams: ['Finance'] }],
      problems: [],
    });
  });

  it('keep the problems that block nothing', () => {
    const more = [...added(), row(names.unpublish, 'perhaps')];

    expect(ask(app({ rows: more }), { remembered: remembering(rows) })).toMatchObject({
      ask: 'approve',
      identity: 'added',
      problems: [{ kind: 'unknown-word' }],
    });
  });

  it('wait where the approval is stale, and say so without naming changes', () => {
    const asked = ask(app({ rows: added() }), { remembered: remembering(rows, { stale: true }) });

    expect(asked).toMatchObject({
      ask: 'wait',
      stale: { decidedBy: MANAGER, decidedAtUtc: DECIDED, changes: [] },
      problems: [{ kind: 'changed-since', text: expect.stringMatching(/approved it\. Take the approval away/) }],
    });
  });
});

describe('what a person is told of changed content', () => {
  it('is at most ten changes', () => {
    const objects = Array.from({ length: 12 }, (_, nth) => object(String(nth + 10), { modifiedUtc: LATER }));
    const asked = ask(app({ rows: approvedRows() }), { revision: { publishedAtUtc: PUBLISHED, objects } });

    expect(asked.ask === 'wait' && asked.problems[0]?.text).toBe(
      `The app changed after ${MANAGER} approved it: ${Array.from({ length: 10 }, (_, nth) => `sheet "Sheet ${nth + 10}" was changed`).join('; ')}. Take the approval away, save, and set it again.`,
    );
  });

  it('is that it changed, where a stale approval stands there again', () => {
    const rows = approvedRows();
    const asked = ask(app({ rows }), { remembered: remembering(rows, { stale: true }) });

    expect(asked.ask === 'wait' && asked.problems[0]?.text).toBe(
      `The app changed after ${MANAGER} approved it. Take the approval away, save, and set it again.`,
    );
  });
});
