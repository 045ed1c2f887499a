import { assert, constantFrom, option, property, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppFacts } from '../../rules/app-facts.ts';
import { askOf, type AskFacts } from '../../rules/ask.ts';
import {
  anyRows,
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

const BEFORE_START = '2025-12-31T00:00:00.000Z';
const LATER = '2026-01-05T00:00:00.000Z';

const ask = (of: AppFacts | undefined, more: Partial<AskFacts> = {}) => askOf(facts(of, more), policy);
const withValues = (values: Readonly<Record<string, readonly string[]>>, more: Partial<AppFacts> = {}) =>
  app({ rows: rowsOf(values), ...more });
const approved = (more: Readonly<Record<string, readonly string[]>> = {}) => ({
  ...complete,
  [names.approval]: ['Approve'],
  ...more,
});

describe('an app asks for nothing', () => {
  it.each<[string, AppFacts | undefined]>([
    ['when it is gone', undefined],
    ['when it is not published', withValues(approved(), { stream: undefined, publishedAtUtc: undefined })],
    ['when it was published before the first start and bears no row', app({ publishedAtUtc: BEFORE_START })],
  ])('%s', (_, of) => {
    expect(ask(of)).toMatchObject({ ask: 'nothing' });
  });

  it('when its decision is older than the first start', () => {
    const old = rowsOf(approved()).map((one) => ({ ...one, modifiedUtc: BEFORE_START }));

    expect(ask(app({ rows: old }))).toMatchObject({ ask: 'nothing', why: expect.stringContaining('waybill adopt') });
  });

  it('when this publish was decided before, until somebody asks again', () => {
    expect(ask(app({ rows: [] }))).toMatchObject({ ask: 'wait' });
    expect(ask(app({ rows: [] }), { isDecided: true })).toMatchObject({ ask: 'nothing' });
    expect(ask(withValues(complete), { isDecided: true })).toMatchObject({ ask: 'wait' });
    expect(ask(withValues(approved()), { isDecided: true })).toMatchObject({ ask: 'approve' });
  });
});

describe('an approval', () => {
  it('with server and stream promotes, whoever touched the app last', () => {
    const of = withValues(approved(), { modifiedBy: 'COMPANY\\somebody-else' });

    expect(ask(of)).toMatchObject({
      ask: 'approve',
      identity: 'new',
      decidedBy: MANAGER,
      decidedAtUtc: DECIDED,
      targets: [{ site: 'test', mode: 'overwrite', streams: ['Sales'] }],
    });
  });

  it.each<[string, Readonly<Record<string, readonly string[]>>, string]>([
    ['without a server waits', { ...approved(), [names.server]: [] }, 'no-server'],
    ['without a stream waits', { ...approved(), [names.stream]: [] }, 'no-stream'],
    ['for a server that nobody knows waits', { ...approved(), [names.server]: ['qa - Overwrite'] }, 'unknown-target'],
    ['for a server without a mode waits', { ...approved(), [names.server]: ['test'] }, 'missing-mode'],
    ['beside a denial waits', { ...approved(), [names.approval]: ['Approve', 'Deny'] }, 'conflict'],
  ])('%s, and says why', (_, values, kind) => {
    const asked = ask(withValues(values));

    expect(asked).toMatchObject({ ask: 'wait', problems: [{ kind, blocking: true }] });
  });

  it('by a service account, or by an owner who may not, waits and says why', () => {
    const by = (account: string) => app({ rows: rowsOf(approved()).map((one) => ({ ...one, modifiedBy: account })) });
    const strict = { ...policy, approval: { ...policy.approval, ownerMayApprove: false } };

    expect(ask(by('internal\\SA_API'))).toMatchObject({ ask: 'wait', problems: [{ kind: 'not-allowed' }] });
    expect(askOf(facts(by('company\\REP')), strict)).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'not-allowed' }],
    });
    expect(ask(by('company\\REP'))).toMatchObject({ ask: 'approve' });
  });

  it('to which somebody who may not approve added targets afterwards waits and says why', () => {
    const later = { modifiedBy: 'COMPANY\\other', modifiedUtc: LATER };
    const of = app({ rows: [...rowsOf(approved()), row(names.stream, 'Finance', later)] });
    const onlyManager = { ...policy, approval: { ...policy.approval, approvers: { users: [MANAGER], groups: [] } } };

    expect(askOf(facts(of), onlyManager)).toMatchObject({ ask: 'wait', problems: [{ kind: 'not-allowed' }] });
    expect(ask(of)).toMatchObject({ ask: 'approve', decidedBy: MANAGER });
  });

  it('over content that changed since asks for approval again and says what changed', () => {
    const revision = { publishedAtUtc: PUBLISHED, objects: [object('a', { name: 'Revenue', modifiedUtc: LATER })] };
    const of = withValues(approved());

    expect(ask(of, { revision })).toMatchObject({
      ask: 'wait',
      stale: { decidedBy: MANAGER, changes: ['sheet "Revenue" was changed'] },
      problems: [{ kind: 'changed-since', blocking: true }],
    });
    expect(askOf(facts(of, { revision }), { ...policy, whenChanged: 'promoteLatest' })).toMatchObject({
      ask: 'approve',
    });
  });

  it('over data that was reloaded since still holds, unless policy says that data counts', () => {
    const revision = { publishedAtUtc: PUBLISHED, reloadedAtUtc: LATER, objects: [] };
    const of = withValues(approved());

    expect(ask(of, { revision })).toMatchObject({ ask: 'approve' });
    expect(askOf(facts(of, { revision }), { ...policy, dataCounts: true })).toMatchObject({
      ask: 'wait',
      stale: { changes: ['the data was reloaded'] },
    });
  });
});

describe('a remembered approval', () => {
  const rows = rowsOf(approved());
  const remembered = remembering(rows);

  it('is the same decision however often it is seen', () => {
    expect(ask(app({ rows }), { remembered })).toMatchObject({ ask: 'approve', identity: 'same' });
  });

  it('brings only the targets that were added to it', () => {
    const more = [...rows, row(names.server, 'prod - Duplicate')];

    expect(ask(app({ rows: more }), { remembered })).toMatchObject({
      ask: 'approve',
      identity: 'added',
      targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }],
    });
  });

  it('brings no target that somebody added who may not approve', () => {
    const more = [...rows, row(names.server, 'prod - Duplicate', { modifiedBy: 'COMPANY\\other', modifiedUtc: LATER })];
    const onlyManager = { ...policy, approval: { ...policy.approval, approvers: { users: [MANAGER], groups: [] } } };

    expect(askOf(facts(app({ rows: more }), { remembered }), onlyManager)).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'not-allowed', text: expect.stringContaining('COMPANY\\other') }],
    });
    expect(ask(app({ rows: more }), { remembered })).toMatchObject({ ask: 'approve', decidedBy: 'COMPANY\\other' });
  });

  it('brings no target over content that nobody approved', () => {
    const more = [...rows, row(names.server, 'prod - Duplicate', { modifiedUtc: LATER })];
    const revision = { publishedAtUtc: PUBLISHED, objects: [object('a', { modifiedUtc: '2026-01-04T00:00:00.000Z' })] };

    expect(ask(app({ rows: more }), { remembered, revision })).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'changed-since' }],
    });
  });

  it('of before the first start stays untouched, and a stale one goes on waiting', () => {
    expect(ask(app({ rows }), { remembered: { ...remembered, baseline: true } })).toMatchObject({ ask: 'nothing' });
    expect(ask(app({ rows }), { remembered: { ...remembered, stale: true } })).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'changed-since' }],
    });
  });
});

describe('a denial', () => {
  it('needs neither server nor stream, and words that mean nothing do not stop it', () => {
    const of = withValues({ [names.approval]: ['Deny', 'Confidential'], [names.server]: ['nowhere'] });

    expect(ask(of)).toMatchObject({ ask: 'deny', decidedBy: MANAGER, targets: [] });
  });

  it('is not asked for by words with "den" in them', () => {
    expect(ask(withValues({ [names.approval]: ['Confidential'] }))).toMatchObject({ ask: 'wait' });
  });

  it('holds whatever was edited since', () => {
    const revision = { publishedAtUtc: PUBLISHED, objects: [object('a', { modifiedUtc: LATER })] };

    expect(ask(withValues({ [names.approval]: ['Deny'] }), { revision })).toMatchObject({ ask: 'deny' });
  });
});

describe('promotion on reload', () => {
  const standing = { ...complete, [names.reload]: ['True'] };
  const tags = ['PromoteOnReload'];

  it('first marks the app with the tag', () => {
    expect(ask(withValues(standing))).toEqual({ ask: 'tag' });
  });

  it('waits for the next reload, and promotes with the author of its row', () => {
    expect(ask(withValues(standing, { tags }))).toMatchObject({
      ask: 'nothing',
      why: 'the app waits for its next reload',
    });
    expect(ask(withValues(standing, { tags, reloadedAtUtc: BEFORE_START }))).toMatchObject({ ask: 'nothing' });
    expect(ask(withValues(standing, { tags, reloadedAtUtc: LATER }))).toMatchObject({
      ask: 'reload',
      decidedBy: MANAGER,
      reloadedAtUtc: LATER,
      targets: [{ site: 'test', mode: 'overwrite', streams: ['Sales'] }],
    });
  });

  it('goes on without the tag where none can be made', () => {
    const untaggable = { ...policy, reload: { ...policy.reload, untaggable: true } };

    expect(askOf(facts(withValues(standing, { reloadedAtUtc: LATER })), untaggable)).toMatchObject({ ask: 'reload' });
  });

  it('replaces approval: an approval beside it changes nothing', () => {
    const of = withValues({ ...standing, [names.approval]: ['Approve'] }, { tags });

    expect(ask(of)).toMatchObject({ ask: 'nothing', why: 'the app waits for its next reload' });
  });

  it('is blocked by a denial, in whatever order the rows stand', () => {
    const rows = [...rowsOf(standing), row(names.approval, 'Deny')];
    for (const some of [rows, rows.toReversed()]) {
      expect(ask(app({ rows: some, tags, reloadedAtUtc: LATER }))).toMatchObject({
        ask: 'nothing',
        problems: [{ kind: 'conflict', text: expect.stringContaining('A denial blocks promotion on reload') }],
      });
    }
  });

  it('that lacks a server or a stream does nothing and keeps the tag', () => {
    const { [names.stream]: _, ...incomplete } = standing;

    expect(ask(withValues(incomplete, { reloadedAtUtc: LATER }))).toMatchObject({ ask: 'nothing' });
    expect(ask(withValues(incomplete, { tags, reloadedAtUtc: LATER }))).toMatchObject({ ask: 'nothing' });
  });

  it('that was taken back takes the tag off, also from an app that is no longer published', () => {
    const unpublished = { stream: undefined, publishedAtUtc: undefined };

    expect(ask(app({ tags }))).toEqual({ ask: 'untag' });
    expect(ask(withValues(standing, { tags, ...unpublished }))).toEqual({ ask: 'untag' });
    expect(ask(withValues({ [names.reload]: ['Untrue'] }, { tags }))).toEqual({ ask: 'untag' });
  });

  it('that is switched off is ignored, and so is its tag', () => {
    const off = { ...policy, reload: { ...policy.reload, enabled: false } };

    expect(askOf(facts(withValues(standing, { tags, reloadedAtUtc: LATER })), off)).toMatchObject({ ask: 'wait' });
    expect(askOf(facts(withValues({ ...standing, [names.approval]: ['Approve'] })), off)).toMatchObject({
      ask: 'approve',
    });
  });
});

describe('what an app asks for', () => {
  it('does not depend on the order of its rows', () => {
    const shuffled = anyRows.chain((rows) =>
      shuffledSubarray(rows, { minLength: rows.length }).map((other) => [rows, other] as const),
    );
    assert(
      property(
        shuffled,
        constantFrom([], ['PromoteOnReload']),
        option(constantFrom(LATER), { nil: undefined }),
        ([one, two], tags, reloadedAtUtc) => {
          const asked = (rows: typeof one) => ask(app({ rows, tags, reloadedAtUtc }));

          expect(asked(two)).toEqual(asked(one));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is never a promotion while something blocking stands in its way', () => {
    assert(
      property(anyRows, (rows) => {
        const asked = ask(app({ rows }));
        const blocked = 'problems' in asked && asked.problems.some(({ blocking }) => blocking);

        expect(blocked && (asked.ask === 'approve' || asked.ask === 'reload')).toBe(false);
      }),
    );
  });

  it('is nothing at all before the first start', () => {
    assert(
      property(anyRows, (rows) => {
        const old = rows.map((one) => ({ ...one, modifiedUtc: BEFORE_START }));
        const { ask: asked } = ask(app({ rows: old, publishedAtUtc: BEFORE_START, reloadedAtUtc: FIRST_START }));

        expect(['nothing', 'wait', 'tag']).toContain(asked);
      }),
    );
  });
});
