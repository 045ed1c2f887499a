import { against } from './breach.ts';
import { addEvent, changeAtEnd, changeFrom, dropEvent, endOf, eventIn, stagingApp } from './break-run.ts';
import { APP, DENIED_APP, KEY, NEW_ID, SOURCE_ID, TARGET_ID } from './synthetic-run.ts';
import { inStream, MANAGER, REP, syntheticApp } from './synthetic-site.ts';

const SALES = { id: 'stream-sales', name: 'Sales' };

/** The right app in the right place. */
export const breachesOfRightApps = against('b', [
  {
    what: 'other content than what was approved',
    site: 'prod',
    breakIt: (run) => changeAtEnd(run, 'prod', NEW_ID, { baseContent: 'cut' }),
  },
  {
    what: 'content that the source never held',
    site: 'test',
    breakIt: (run) => changeFrom(run, 'test', eventIn(run, 'test', 'replace-app'), { baseContent: 'half' }),
  },
  {
    what: 'the data of another reload',
    site: 'prod',
    breakIt: (run) => changeFrom(run, 'prod', eventIn(run, 'prod', 'publish-app'), { data: 'other' }),
  },
  {
    what: 'bytes that were never exported',
    site: 'prod',
    breakIt: (run) => Object.assign(eventIn(run, 'prod', 'upload-app').details, { sha256: 'hash-2' }),
  },
  {
    what: 'a replaced app with another id',
    site: 'test',
    breakIt: (run) => {
      const anew = { ...endOf(run, 'test', TARGET_ID), id: 'test-report-2' };
      run.sites['test']!.end = run.sites['test']!.end.filter((app) => app.id !== TARGET_ID);
      run.sites['test']!.end.push(anew);
    },
  },
  {
    what: 'a replaced app with another owner',
    site: 'test',
    breakIt: (run) => changeFrom(run, 'test', eventIn(run, 'test', 'update-app', TARGET_ID), { owner: REP }),
  },
  {
    what: 'a replaced app under the name of its staging app',
    site: 'test',
    breakIt: (run) => changeFrom(run, 'test', eventIn(run, 'test', 'replace-app'), { name: 'Other' }),
  },
  {
    what: 'a new app that belongs to the API user',
    site: 'prod',
    breakIt: (run) => changeFrom(run, 'prod', eventIn(run, 'prod', 'publish-app'), { owner: 'INTERNAL\\sa_api' }),
  },
  {
    what: 'two apps where one was to be added',
    site: 'prod',
    breakIt: (run) => {
      const staged = { ...stagingApp('prod', 2), owner: REP };
      addEvent(run, 'prod', 'upload-app', staged, { details: { sha256: 'hash-1' } });
      addEvent(run, 'prod', 'publish-app', inStream(staged, SALES, { name: APP }));
    },
  },
  {
    what: 'an app beside the one that was to be replaced',
    site: 'test',
    breakIt: (run) => {
      const staged = { ...stagingApp('test', 2), owner: REP };
      addEvent(run, 'test', 'upload-app', staged, { details: { sha256: 'hash-1' } });
      addEvent(run, 'test', 'publish-app', inStream(staged, SALES, { name: APP }));
    },
  },
  { what: 'a place that was never reached', site: 'prod', breakIt: (run) => dropEvent(run, 'prod', 'publish-app') },
  { what: 'a promoted app that is gone', site: 'prod', breakIt: (run) => run.sites['prod']!.end.splice(1, 1) },
  { what: 'a version that is not in the store', site: 'dev', breakIt: (run) => run.store!.versions.pop() },
]);

/** Nothing left behind. */
export const breachesOfNothingLeft = against('e', [
  {
    what: 'a staging app',
    site: 'prod',
    app: stagingApp('prod').name,
    breakIt: (run) => addEvent(run, 'prod', 'upload-app', stagingApp('prod')),
  },
  {
    what: 'a temporary file',
    site: 'the artifact folder',
    app: 'x.part',
    breakIt: (run) => run.incoming.push('x.part'),
  },
  {
    what: 'an open export',
    site: 'dev',
    breakIt: (run) =>
      run.sites['dev']!.openExports.push({ token: 'token-1', appId: SOURCE_ID, by: 'INTERNAL\\sa_api' }),
  },
  {
    what: 'a multipart upload',
    site: 'the S3 store',
    app: 'dev/report.qvf',
    breakIt: (run) => run.store!.uploads.push({ key: 'dev/report.qvf', uploadId: 'u1' }),
  },
  {
    what: 'a staging app that the ledger still has to remove',
    site: 'test',
    app: 'left',
    breakIt: (run) =>
      run.ledger.stagings.push({
        promotionKey: KEY,
        target: 'test',
        n: 1,
        name: 'left',
        purpose: 'upload',
        state: 'abandoned',
        createdAtUtc: '',
      }),
  },
]);

/** Mails. */
export const breachesOfMailsOnce = against('f', [
  {
    what: 'a second Message-ID for one transition',
    site: 'dev',
    breakIt: (run) => run.mails.push({ ...run.mails[0]!, messageId: '<another@test.waybill>' }),
  },
  { what: 'no mail of the outcome', site: 'dev', breakIt: (run) => run.mails.splice(1, 1) },
  { what: 'no mail of the denial', site: 'dev', app: DENIED_APP, breakIt: (run) => run.mails.pop() },
  {
    what: 'one Message-ID for two mails',
    site: 'dev',
    breakIt: (run) => Object.assign(run.mails[1]!, { messageId: run.mails[0]!.messageId }),
  },
  {
    what: 'a mail that is still to be sent',
    site: '',
    app: 'left',
    breakIt: (run) =>
      run.ledger.mails.push({
        messageId: '<left>',
        kind: 'results',
        to: [],
        subject: 'left',
        state: 'queued',
        attempts: 1,
        createdAtUtc: '',
        updatedAtUtc: '',
      }),
  },
]);

/** Nothing else. */
export const breachesOfNothingElse = against('g', [
  {
    what: 'an app that nobody made',
    site: 'prod',
    app: 'Planted',
    breakIt: (run) =>
      run.sites['prod']!.end.push(structuredClone({ ...syntheticApp('x', 'Planted', REP, 'x'), rows: [], tags: [] })),
  },
  {
    what: 'a bystander that Waybill changed',
    site: 'test',
    app: 'Bystander',
    breakIt: (run) =>
      addEvent(run, 'test', 'update-app', { ...endOf(run, 'test', 'test-bystander'), description: 'x' }),
  },
  {
    what: 'a bystander that Waybill deleted',
    site: 'prod',
    app: 'Bystander',
    breakIt: (run) => addEvent(run, 'prod', 'delete-app', endOf(run, 'prod', 'prod-bystander')),
  },
  {
    what: 'a bystander that is gone',
    site: 'dev',
    app: 'Bystander',
    breakIt: (run) => run.sites['dev']!.end.splice(0, 1),
  },
  {
    what: 'a bystander that is another at the end',
    site: 'dev',
    app: 'Bystander',
    breakIt: (run) => changeAtEnd(run, 'dev', 'dev-bystander', { owner: MANAGER }),
  },
  {
    what: 'a property that Waybill set on the source',
    site: 'dev',
    app: DENIED_APP,
    breakIt: (run) => {
      const rows = [{ id: 'r', name: 'Foreign', value: 'x', by: '', atUtc: '' }];
      addEvent(run, 'dev', 'update-app', { ...endOf(run, 'dev', 'dev-costs'), rows });
    },
  },
  {
    what: 'a tag that Waybill made',
    site: 'prod',
    app: 'New tag',
    breakIt: (run) => addEvent(run, 'prod', 'add-tag', syntheticApp('t', 'New tag', '', ''), { entity: 'Tag' }),
  },
  {
    what: 'an app that Waybill replaced by itself',
    site: 'test',
    app: 'Bystander',
    breakIt: (run) =>
      addEvent(run, 'test', 'replace-app', endOf(run, 'test', 'test-bystander'), { details: { source: 'x' } }),
  },
]);
