import { describe, expect, it } from 'vitest';
import {
  addEvent,
  changeFrom,
  denyBesideOrder,
  editBeforeDeletion,
  endOf,
  eventIn,
  insertBefore,
  recordIn,
  type RunDraft,
  stagingApp,
} from './break-run.ts';
import { checkRun } from './check-run.ts';
import { APP, cleanRun, COPY_ID, KEY, NEW_ID, SOURCE_ID, TARGET_ID } from './synthetic-run.ts';
import { inStream, MANAGER, REP, syntheticApp } from './synthetic-site.ts';

interface Allowed {
  readonly what: string;
  readonly change: (run: RunDraft) => void;
}

/** Another promotion of the app, open at the same time. */
const JOINED = 'keyofpromotion02';
const SALES = { id: 'stream-sales', name: 'Sales' };

/** An edit of the source, between approval and export, that everything later is made of. */
function editBeforeExport(run: RunDraft): void {
  const exported = eventIn(run, 'dev', 'export-app');
  changeFrom(run, 'dev', exported, { baseContent: 'edited', allContent: 'edited' });
  const edit = { ...(JSON.parse(JSON.stringify(exported)) as typeof exported), action: 'edit-app', by: REP };
  run.sites['dev']!.events.splice(run.sites['dev']!.events.indexOf(exported), 0, edit);
  const edited = { baseContent: 'edited', allContent: 'edited' };
  changeFrom(run, 'dev', eventIn(run, 'dev', 'copy-app'), edited);
  changeFrom(run, 'test', eventIn(run, 'test', 'replace-app'), edited);
  changeFrom(run, 'prod', eventIn(run, 'prod', 'upload-app'), edited);
}

const allowed: readonly Allowed[] = [
  { what: 'a mail that came twice under one id', change: (run) => run.mails.push({ ...run.mails[1]! }) },
  {
    what: 'what people did to a promoted app afterwards',
    change: (run) => {
      addEvent(run, 'prod', 'update-app', { ...endOf(run, 'prod', NEW_ID), name: 'Their name' }, { by: MANAGER });
      addEvent(run, 'prod', 'delete-app', endOf(run, 'prod', NEW_ID), { by: MANAGER });
      addEvent(run, 'dev', 'delete-app', endOf(run, 'dev', COPY_ID), { by: REP });
    },
  },
  {
    what: 'a replace that was carried out twice',
    change: (run) => {
      const events = run.sites['test']!.events;
      const replace = eventIn(run, 'test', 'replace-app');
      events.splice(events.indexOf(replace) + 1, 0, JSON.parse(JSON.stringify(replace)) as typeof replace);
      for (const [at, event] of events.entries()) event.seq = at + 1;
    },
  },
  {
    what: 'an upload whose reply was lost, and that was swept',
    change: (run) => {
      addEvent(run, 'prod', 'upload-app', stagingApp('prod'), { details: { sha256: 'hash-1' } });
      addEvent(run, 'prod', 'delete-app', stagingApp('prod'));
    },
  },
  {
    what: 'content that changed, where the latest is to be promoted',
    change: (run) => {
      run.settings.sources['dev']!.whenChanged = 'promoteLatest';
      editBeforeExport(run);
    },
  },
  {
    what: 'a stream that a target does not have',
    change: (run) => {
      run.ledger.promotions[0]!.decision.targets[0]!.streams.push('Nowhere');
      run.ledger.promotions[0]!.state = 'partly-promoted';
      recordIn(run, 'promoted').type = 'partly-promoted';
    },
  },
  {
    what: 'a staging app of another installation',
    change: (run) =>
      addEvent(
        run,
        'test',
        'upload-app',
        { ...stagingApp('test'), name: '~waybill/other/key/test/1' },
        { by: 'OTHER\\api' },
      ),
  },
  {
    what: 'a target that somebody else added to a standing approval',
    change: (run) => {
      const approval = eventIn(run, 'dev', 'update-app', SOURCE_ID, MANAGER);
      const addition = JSON.parse(JSON.stringify({ ...approval, by: REP })) as typeof approval;
      for (const row of addition.app!.rows.filter(({ name }) => name === 'Stream'))
        Object.assign(row, { id: 'added', by: REP });
      const { events } = run.sites['dev']!;
      events.splice(events.indexOf(approval) + 1, 0, addition);
      run.ledger.promotions[0]!.decision.by.account = REP;
    },
  },
  {
    what: 'an edit of the source between the last look at it and its deletion',
    change: (run) => editBeforeDeletion(run, SOURCE_ID, REP, 200),
  },
  {
    what: 'a copy that its owner published before the source was deleted',
    change: (run) => {
      const deletion = eventIn(run, 'dev', 'delete-app', SOURCE_ID);
      const dressed = eventIn(run, 'dev', 'update-app', COPY_ID);
      const published = JSON.parse(JSON.stringify({ ...dressed, action: 'publish-app', by: REP })) as typeof dressed;
      insertBefore(run, 'dev', deletion, published);
      changeFrom(run, 'dev', published, { published: true, streamId: SALES.id, stream: SALES.name });
    },
  },
  {
    what: 'a denial that waits until the standing order beside it is cleared',
    change: (run) => {
      run.settings.sources['dev']!.reload.enabled = true;
      denyBesideOrder(run);
    },
  },
  {
    what: 'an approval that was taken back before it was seen',
    change: (run) => {
      const app = inStream(syntheticApp('dev-taken', 'Taken back', REP, 'taken'), SALES);
      const approved = { ...app, rows: endRowsOf(run) };
      addEvent(run, 'dev', 'update-app', approved, { by: MANAGER });
      addEvent(run, 'dev', 'update-app', app, { by: MANAGER });
    },
  },
  {
    what: 'a command that was taken in a moment before the decision that it joined',
    change: (run) => {
      const [main] = run.ledger.promotions;
      const startedAtUtc = new Date(Date.parse(main!.startedAtUtc) - 1).toISOString();
      run.ledger.promotions.push({
        ...structuredClone(main!),
        promotionKey: JOINED,
        startedAtUtc,
        // Before the source was touched, which needs a word of every promotion that is open then.
        endedAtUtc: main!.startedAtUtc,
        state: 'not-promoted',
      });
      for (const [at, record] of [recordIn(run, 'approve'), recordIn(run, 'promoted')].entries())
        run.ledger.records.push({ ...record, id: 90 + at, promotionKey: JOINED });
      run.ledger.records.at(-1)!.type = 'not-promoted';
    },
  },
  {
    what: 'a delivery that was planned while the app was seen to have changed',
    change: (run) => {
      const later = { ...recordIn(run, 'approve'), promotionKey: JOINED };
      const changed = structuredClone(run.ledger.promotions[0]!);
      const endedAtUtc = changed.startedAtUtc;
      run.ledger.promotions.push({ ...changed, promotionKey: JOINED, state: 'withdrawn', endedAtUtc });
      run.ledger.records.push(
        { ...later, id: 90 },
        { ...later, id: 91, seq: 'changed', type: 'changed' },
        { ...later, id: 92, seq: 'planned', type: 'planned', site: 'test' },
      );
    },
  },
  {
    what: 'an approval over edited content that may be but a save of the one before the edit',
    change: (run) => {
      const app = inStream(syntheticApp('dev-saved', 'Saved', REP, 'saved'), SALES);
      const rows = (prefix: string) => endRowsOf(run).map((row) => ({ ...row, id: `${prefix}${row.id}` }));
      const edited = { ...app, baseContent: 'edited', allContent: 'edited' };
      addEvent(run, 'dev', 'update-app', { ...app, rows: rows('first-') }, { by: MANAGER });
      addEvent(run, 'dev', 'edit-app', { ...edited, rows: rows('first-') }, { by: REP });
      addEvent(run, 'dev', 'update-app', { ...edited, rows: rows('saved-') }, { by: MANAGER });
    },
  },
  {
    what: 'a promotion that is known to be under way',
    change: (run) => {
      Object.assign(run.ledger.promotions[0]!, { state: 'delivering', endedAtUtc: undefined });
      run.ledger.records = run.ledger.records.filter(({ type }) => type !== 'promoted');
      run.expected.open = [KEY];
    },
  },
];

/** The rows of the approval, as the source bore them. */
function endRowsOf(run: RunDraft) {
  return eventIn(run, 'dev', 'update-app', SOURCE_ID, MANAGER).app!.rows;
}

/** An approval that comes to nothing: the app is written afterwards, and an object is removed from some app. */
function removeAfterApproval(run: RunDraft): void {
  const app = inStream(syntheticApp('dev-shrunk', 'Shrunk', REP, 'shrunk'), SALES);
  const approved = { ...app, rows: endRowsOf(run) };
  addEvent(run, 'dev', 'update-app', approved, { by: MANAGER });
  addEvent(run, 'dev', 'delete-object', app, { by: REP, entity: 'App.Object' });
  addEvent(run, 'dev', 'update-app', { ...approved, description: 'Said by its owner' }, { by: REP });
}

describe('the checker lets pass', () => {
  it.each(allowed)('$what', ({ change }) => {
    const run = cleanRun();

    change(run);

    expect(checkRun(run).map(({ text }) => text)).toEqual([]);
  });

  it('an approval after which an object was removed only where the approver was asked again', () => {
    const [silent, asked] = [cleanRun(), cleanRun()];
    for (const run of [silent, asked]) removeAfterApproval(run);
    const mail = { ...asked.mails[0]!, kind: 'reapproval', promotionKey: 'dev.dev-shrunk', messageId: '<again>' };
    asked.mails.push(mail);

    expect(checkRun(asked).map(({ text }) => text)).toEqual([]);
    expect(checkRun(silent)).toMatchObject([{ rule: 'a', app: 'Shrunk' }]);
  });

  it('an edit before the deletion only where it came after the last look at the app', () => {
    const [unseen, seen] = [cleanRun(), cleanRun()];
    for (const run of [unseen, seen]) {
      editBeforeDeletion(run, SOURCE_ID, REP, 400);
      const deletedMs = Date.parse(eventIn(run, 'dev', 'delete-app', SOURCE_ID).hostUtc);
      const lookedMs = deletedMs - (run === unseen ? 500 : 300);
      run.sites['dev']!.looks = [{ hostUtc: new Date(lookedMs).toISOString(), appIds: [SOURCE_ID] }];
    }

    expect(checkRun(unseen).map(({ text }) => text)).toEqual([]);
    expect(checkRun(seen)).toContainEqual(expect.objectContaining({ rule: 'c', app: APP }));
  });

  it('an object that was removed after the approval only where nobody had looked at the app before', () => {
    const [unseen, seen] = [cleanRun(), cleanRun()];
    for (const run of [unseen, seen]) {
      editBeforeExport(run);
      const { events } = run.sites['dev']!;
      const edit = events.find(({ action }) => action === 'edit-app')!;
      edit.details = { ...edit.details, touched: [{ id: 'sheet-1' }] };
      const removal = { ...structuredClone(edit), action: 'delete-object', entity: 'App.Object', id: 'sheet-1' };
      delete removal.app;
      insertBefore(run, 'dev', edit, removal);
      const exportedUtc = eventIn(run, 'dev', 'export-app').hostUtc;
      const beforeUtc = new Date(Date.parse(edit.hostUtc) - 1).toISOString();
      const first = run === unseen ? [] : [{ hostUtc: beforeUtc, appIds: [SOURCE_ID] }];
      run.sites['dev']!.looks = [...first, { hostUtc: exportedUtc, appIds: [SOURCE_ID] }];
    }

    expect(checkRun(unseen).map(({ text }) => text)).toEqual([]);
    expect(checkRun(seen).map(({ rule }) => rule)).toContain('d');
  });

  it('an approval before a reload only where data count', () => {
    const [counted, uncounted] = [cleanRun(), cleanRun()];
    for (const run of [counted, uncounted]) {
      run.settings.sources['dev']!.dataCounts = run === counted;
      const app = inStream(syntheticApp('dev-fresh', 'Fresh', REP, 'fresh'), SALES, { rows: endRowsOf(run) });
      addEvent(run, 'dev', 'update-app', app, { by: MANAGER });
      addEvent(run, 'dev', 'reload-app', app, { by: REP });
    }

    expect(checkRun(counted).map(({ text }) => text)).toEqual([]);
    expect(checkRun(uncounted)).toMatchObject([{ rule: 'a', app: 'Fresh' }]);
  });

  it('no app that was changed and not approved again, where approval is bound to content', () => {
    const run = cleanRun();

    editBeforeExport(run);

    const found = checkRun(run);
    expect(found.map(({ rule, site, app }) => `${rule} ${site} ${app}`)).toEqual(
      expect.arrayContaining([`d test ${APP}`, `d prod ${APP}`, `c dev ${APP}`]),
    );
    expect(found.some(({ text }) => text.includes(TARGET_ID))).toBe(false);
  });
});
