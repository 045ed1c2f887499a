import { describe, expect, it } from 'vitest';
import { askOf, type AskFacts, type AskPolicy } from '../../rules/ask.ts';
import { removedSince, seenObjects } from '../../rules/revision.ts';
import {
  app,
  complete,
  DECIDED,
  facts,
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
const approved = { ...complete, [names.approval]: ['Approve'] };
const latest: AskPolicy = { ...policy, whenChanged: 'promoteLatest' };
const holding = (...ids: string[]) => ({ publishedAtUtc: PUBLISHED, objects: ids.map((id) => object(id)) });

/** What an approved app asks for that was saved at `modifiedUtc`. */
function ask(modifiedUtc: string, more: Partial<AskFacts>, by: AskPolicy = policy) {
  return askOf(facts(app({ rows: rowsOf(approved), modifiedUtc }), more), by);
}

describe('an object that is gone', () => {
  const seen = seenObjects(holding('a', 'b'));

  it('is told by what was seen before, in words', () => {
    expect(seen).toEqual([
      { engineObjectId: 'a', objectType: 'sheet', name: 'Sheet a' },
      { engineObjectId: 'b', objectType: 'sheet', name: 'Sheet b' },
    ]);
    expect(removedSince(seenObjects(holding('c', 'b', 'a')), holding('b', 'd'))).toEqual([
      'sheet "Sheet a" was removed',
      'sheet "Sheet c" was removed',
    ]);
  });

  it('makes an approval stale where the app was saved after it', () => {
    expect(ask(LATER, { seen, revision: holding('a') })).toMatchObject({
      ask: 'wait',
      stale: { decidedBy: MANAGER, decidedAtUtc: DECIDED, changes: ['sheet "Sheet b" was removed'] },
    });
  });

  it('was gone before the approval where nobody saved the app since', () => {
    for (const modifiedUtc of [PUBLISHED, DECIDED]) {
      expect(ask(modifiedUtc, { seen, revision: holding('a') })).toMatchObject({ ask: 'approve' });
    }
  });

  it('is not missed by who was never shown it, or where the latest is to be promoted', () => {
    expect(ask(LATER, { revision: holding('a') })).toMatchObject({ ask: 'approve' });
    expect(ask(LATER, { seen, revision: holding('a') }, latest)).toMatchObject({ ask: 'approve' });
  });
});

describe('rows that were all made anew with the same word', () => {
  const ids = { approvalRowIds: ['gone-1'], rowIds: ['gone-1', 'gone-2'] };
  const remembered = remembering([], { ...ids, revisionKey: 'revision-0' });

  it('are the decision that is remembered where the content is that of then', () => {
    const revisionKey = remembered.revisionKey;

    expect(ask(LATER, { remembered, revisionKey })).toMatchObject({ ask: 'approve', identity: 'same' });
  });

  it('do not approve other content, whether or not anything of it bears a date', () => {
    const newer = { publishedAtUtc: PUBLISHED, objects: [object('a', { modifiedUtc: LATER })] };

    expect(ask(LATER, { remembered })).toMatchObject({ ask: 'wait', stale: { changes: ['its content changed'] } });
    expect(ask(LATER, { remembered, revision: newer })).toMatchObject({
      ask: 'wait',
      stale: { changes: ['sheet "Sheet a" was changed'] },
    });
  });

  it('are the same decision over any content where the latest is to be promoted, and where they deny', () => {
    const denied = { ...remembered, verdict: 'deny', targets: [] } as const;
    const rows = rowsOf({ [names.approval]: ['Deny'] });

    expect(ask(LATER, { remembered }, latest)).toMatchObject({ ask: 'approve', identity: 'same' });
    expect(askOf(facts(app({ rows }), { remembered: denied }), policy)).toMatchObject({
      ask: 'deny',
      identity: 'same',
    });
  });
});

describe('targets that were added to an approval', () => {
  const rows = rowsOf(approved);
  const remembered = remembering(rows);
  const added = (more: Partial<AskFacts>) => {
    const prod = row(names.server, 'prod - Duplicate', { modifiedUtc: LATER });
    return askOf(facts(app({ rows: [...rows, prod] }), { remembered, ...more }), policy);
  };

  it('wait where the content is another one, even if nothing of it bears a later date', () => {
    expect(added({ revisionKey: 'revision-2' })).toMatchObject({
      ask: 'wait',
      stale: { decidedAtUtc: DECIDED, changes: ['its content changed'] },
    });
  });

  it('wait where the approval waits to be given again', () => {
    expect(added({ remembered: { ...remembered, stale: true } })).toMatchObject({
      ask: 'wait',
      stale: { decidedBy: MANAGER, decidedAtUtc: DECIDED, changes: [] },
    });
  });

  it('wait where they may have been delivered before the ledger was put back from a backup', () => {
    for (const restoredUtc of [LATER, '2026-01-06T00:00:00.000Z']) {
      expect(added({ restoredUtc })).toMatchObject({
        ask: 'wait',
        problems: [{ kind: 'conflict', blocking: true, text: expect.stringContaining('take the approval away') }],
      });
    }
    expect(added({ restoredUtc: DECIDED })).toMatchObject({ ask: 'approve', identity: 'added', problems: [] });
  });
});
