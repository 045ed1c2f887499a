import { against } from './breach.ts';
import {
  addEvent,
  changeFrom,
  denyBesideOrder,
  dropEvent,
  dropRecord,
  editBeforeDeletion,
  eventIn,
  recordIn,
  stagingApp,
  type RunDraft,
} from './break-run.ts';
import { APP, COPY_ID, DENIED_APP, DENIED_KEY, KEY, SOURCE_ID, TARGET_ID } from './synthetic-run.ts';
import { inStream, MANAGER, REP } from './synthetic-site.ts';

const SALES = { id: 'stream-sales', name: 'Sales' };

/** One end, one chain of records. */
export const breachesOfOneEnd = against('a', [
  { what: 'a promotion without a record of its end', site: 'dev', breakIt: (run) => dropRecord(run, 'promoted') },
  {
    what: 'a promotion that ended twice',
    site: 'dev',
    breakIt: (run) => run.ledger.records.push({ ...recordIn(run, 'promoted'), id: 99, seq: 'x', type: 'aborted' }),
  },
  { what: 'a promotion without its decision', site: 'dev', breakIt: (run) => dropRecord(run, 'approve') },
  {
    what: 'a promotion that is still under way',
    site: 'dev',
    breakIt: (run) => Object.assign(run.ledger.promotions[0]!, { state: 'delivering', endedAtUtc: undefined }),
  },
  {
    what: 'a promotion that went on after its end',
    site: 'dev',
    breakIt: (run) => run.ledger.records.push({ ...recordIn(run, 'replaced'), id: 99, seq: 'again' }),
  },
  { what: 'a promotion without its export', site: 'dev', breakIt: (run) => dropRecord(run, 'exported') },
  {
    what: 'a promotion without the proof of a target',
    site: 'dev',
    breakIt: (run) => dropRecord(run, 'verified', 'prod'),
  },
  {
    what: 'a promotion whose claim is open',
    site: 'dev',
    breakIt: (run) => run.ledger.openClaims.push({ promotionKey: KEY } as RunDraft['ledger']['openClaims'][number]),
  },
  {
    what: 'an approval that came to nothing',
    site: 'dev',
    breakIt: (run) => {
      run.ledger.promotions.splice(0, 1);
      run.ledger.records = run.ledger.records.filter((record) => record.promotionKey !== KEY);
    },
  },
  {
    what: 'a denial that came to nothing, though no standing order blocks it',
    site: 'dev',
    app: 'Waits',
    breakIt: denyBesideOrder,
  },
  {
    what: 'a target that was asked for and forgotten',
    site: 'dev',
    breakIt: (run) => run.ledger.promotions[0]!.decision.targets.pop(),
  },
  {
    what: 'a decision by command that was taken in and forgotten',
    site: 'dev',
    app: SOURCE_ID,
    breakIt: (run) => {
      const made = { site: 'dev', appId: SOURCE_ID, account: REP, verdict: 'deny', targets: [] } as const;
      run.expected.decisions = [
        { ...made, targets: [], hostUtc: '2026-01-05T09:00:00.000Z', promotionKey: 'forgotten' },
      ];
    },
  },
  {
    what: 'a workflow that failed',
    site: 'dev',
    app: `promotion/dev/${SOURCE_ID}`,
    breakIt: (run) => Object.assign(run.workflows[0]!, { status: 'FAILED' }),
  },
  {
    what: 'records of a promotion that is not there',
    site: 'test',
    app: TARGET_ID,
    breakIt: (run) => Object.assign(recordIn(run, 'replaced'), { promotionKey: 'nobody' }),
  },
]);

/** The source until the end. */
export const breachesOfSourceKept = against('c', [
  {
    what: 'a source deleted before a target was served',
    site: 'dev',
    breakIt: (run) =>
      Object.assign(eventIn(run, 'dev', 'delete-app'), { hostUtc: eventIn(run, 'prod', 'upload-app').hostUtc }),
  },
  {
    what: 'a source deleted for a target that holds nothing',
    site: 'dev',
    breakIt: (run) => dropEvent(run, 'test', 'replace-app'),
  },
  {
    what: 'a copy that belongs to the API user',
    site: 'dev',
    breakIt: (run) => changeFrom(run, 'dev', eventIn(run, 'dev', 'update-app', COPY_ID), { owner: 'INTERNAL\\sa_api' }),
  },
  {
    what: 'a copy that nobody but Waybill can have published',
    site: 'dev',
    breakIt: (run) => changeFrom(run, 'dev', eventIn(run, 'dev', 'update-app', COPY_ID), { published: true }),
  },
  {
    what: 'a copy with other content',
    site: 'dev',
    breakIt: (run) => changeFrom(run, 'dev', eventIn(run, 'dev', 'copy-app'), { baseContent: 'x', allContent: 'x' }),
  },
  { what: 'a copy that is gone at the end', site: 'dev', breakIt: (run) => run.sites['dev']!.end.splice(1, 1) },
  {
    what: 'a source deleted without a copy',
    site: 'dev',
    breakIt: (run) => {
      dropEvent(run, 'dev', 'copy-app');
      dropEvent(run, 'dev', 'update-app', COPY_ID);
    },
  },
  {
    what: 'a source deleted with a later edit',
    site: 'dev',
    breakIt: (run) => changeFrom(run, 'dev', eventIn(run, 'dev', 'export-app'), { baseContent: 'edited' }),
  },
  {
    what: 'a source deleted with an edit that Waybill could see',
    site: 'dev',
    breakIt: (run) => editBeforeDeletion(run, SOURCE_ID, REP, 300),
  },
  {
    what: 'a source deleted though nobody asked to unpublish it',
    site: 'dev',
    breakIt: (run) => {
      run.settings.sources['dev']!.unpublish = 'never';
    },
  },
  {
    what: 'a request stripped for which no promotion was under way',
    site: 'dev',
    app: DENIED_APP,
    breakIt: (run) => Object.assign(run.ledger.promotions[1]!, { endedAtUtc: '2026-01-05T08:00:00.000Z' }),
  },
]);

/** Nothing without approval. */
export const breachesOfApprovedOnly = against('d', [
  {
    what: 'content that changed after the approval',
    site: 'test',
    breakIt: (run) => {
      changeFrom(run, 'dev', eventIn(run, 'dev', 'export-app'), { baseContent: 'edited' });
      // The edit itself, between approval and export.
      const before = eventIn(run, 'dev', 'export-app');
      const edited = { ...structuredClone(before), action: 'edit-app', by: REP };
      run.sites['dev']!.events.splice(run.sites['dev']!.events.indexOf(before), 0, edited);
      changeFrom(run, 'test', eventIn(run, 'test', 'replace-app'), { baseContent: 'edited' });
    },
  },
  {
    what: 'an app that nobody approved',
    site: 'prod',
    breakIt: (run) => dropEvent(run, 'dev', 'update-app', SOURCE_ID, MANAGER),
  },
  {
    what: 'an approval in the name of somebody else',
    site: 'prod',
    breakIt: (run) => Object.assign(run.ledger.promotions[0]!.decision.by, { account: REP }),
  },
  {
    what: 'a denied app that was promoted',
    site: 'prod',
    app: DENIED_APP,
    breakIt: (run) => {
      const staged = stagingApp('prod', 1, DENIED_KEY);
      addEvent(run, 'prod', 'upload-app', staged, { details: { sha256: 'hash-1' } });
      addEvent(run, 'prod', 'publish-app', inStream(staged, SALES, { name: DENIED_APP }));
    },
  },
  {
    what: 'a stream that nobody asked for',
    site: 'prod',
    breakIt: (run) =>
      changeFrom(run, 'prod', eventIn(run, 'prod', 'publish-app'), { streamId: 'stream-x', stream: 'Other' }),
  },
  {
    what: 'a promotion that no ledger knows of',
    site: 'prod',
    breakIt: (run) => {
      const staged = stagingApp('prod', 1, 'unknown');
      addEvent(run, 'prod', 'upload-app', staged);
      addEvent(run, 'prod', 'publish-app', inStream(staged, SALES, { name: APP }));
    },
  },
  {
    what: 'a second promotion on one approval',
    site: 'prod',
    breakIt: (run) => {
      run.ledger.promotions.push({ ...structuredClone(run.ledger.promotions[0]!), promotionKey: 'second' });
      const staged = stagingApp('prod', 1, 'second');
      addEvent(run, 'prod', 'upload-app', staged, { details: { sha256: 'hash-1' } });
      addEvent(run, 'prod', 'publish-app', inStream(staged, SALES, { name: APP }));
    },
  },
]);
