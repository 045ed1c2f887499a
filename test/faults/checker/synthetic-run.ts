import type { DeliveryState } from '../../../ledger/states.ts';
import type { LedgerRecord } from '../../../ledger/records.ts';
import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import type { MailFacts, RunFacts, RunSettings, TargetFacts } from './run-facts.ts';
import {
  API_USER,
  createClock,
  type Draft,
  inStream,
  MANAGER,
  REP,
  rowsOf,
  syntheticApp,
  type SyntheticSite,
  syntheticSite,
} from './synthetic-site.ts';

/** The promotion that is carried out: Overwrite on `test`, Duplicate on `prod`, then unpublished. */
export const KEY = 'keyofpromotion01';
/** The one that is denied. */
export const DENIED_KEY = 'keyofdenial00001';
export const APP = 'Report';
export const DENIED_APP = 'Costs';
export const SOURCE_ID = 'dev-report';
export const COPY_ID = 'dev-report-copy';
export const TARGET_ID = 'test-report';
export const NEW_ID = 'prod-report';

const SALES = { id: 'stream-sales', name: 'Sales' };
const settings: RunSettings = {
  installation: 'test',
  sources: {
    dev: {
      properties: {
        server: 'Server',
        stream: 'Stream',
        approval: 'Approval',
        unpublish: 'Unpublish',
        reload: 'Reload',
      },
      words: {
        approve: ['Approve'],
        deny: ['Deny'],
        yes: ['True'],
        overwrite: ['Overwrite'],
        duplicate: ['Duplicate'],
      },
      unpublish: 'byProperty',
      whenChanged: 'reapprove',
      dataCounts: false,
      reload: { enabled: false, tag: 'PromoteOnReload' },
    },
  },
  targets: { test: { data: 'carry' }, prod: { data: 'carry' } },
  mails: true,
};

const targets: readonly TargetFacts[] = [
  { site: 'prod', mode: 'duplicate', streams: ['Sales'] },
  { site: 'test', mode: 'overwrite', streams: ['Sales'] },
];

interface Story {
  readonly dev: SyntheticSite;
  readonly test: SyntheticSite;
  readonly prod: SyntheticSite;
  readonly records: LedgerRecord[];
  record(promotionKey: string, seq: string, type: string, more?: Partial<LedgerRecord>): string;
}

/** The facts of a run in which one app was promoted to two sites and another was denied; a fresh copy each time. */
export function cleanRun(): Draft<RunFacts> {
  const clock = createClock();
  const [dev, test, prod] = ['dev', 'test', 'prod'].map((alias) => syntheticSite(alias, clock, [SALES])) as [
    SyntheticSite,
    SyntheticSite,
    SyntheticSite,
  ];
  const records: LedgerRecord[] = [];
  const story: Story = {
    dev,
    test,
    prod,
    records,
    record(promotionKey, seq, type, more = {}) {
      const atUtc = clock.next();
      records.push({ id: records.length + 1, promotionKey, seq, type, atUtc, facts: {}, ...more });
      return atUtc;
    },
  };
  for (const site of [dev, test, prod]) {
    site.act('create-app', REP, syntheticApp(`${site.alias}-bystander`, 'Bystander', REP, `${site.alias}-bystander`));
  }
  test.act(
    'publish-app',
    MANAGER,
    inStream(syntheticApp(TARGET_ID, APP, MANAGER, 'old'), SALES, { description: 'Old' }),
  );
  const startedAtUtc = approve(story);
  deliver(story);
  const endedAtUtc = unpublish(story);
  const deniedAtUtc = deny(story);
  const facts: RunFacts = {
    settings,
    sites: { dev: dev.facts(), test: test.facts(), prod: prod.facts() },
    ledger: {
      promotions: [
        promotionOf(KEY, SOURCE_ID, APP, 'approve', startedAtUtc, endedAtUtc),
        promotionOf(DENIED_KEY, 'dev-costs', DENIED_APP, 'deny', deniedAtUtc.started, deniedAtUtc.ended),
      ],
      records,
      openClaims: [],
      deliveries: ['test', 'prod'].map((target) => deliveryTo(target, endedAtUtc)),
      stagings: [],
      mails: [],
    },
    mails: [mail(KEY, 'approved', APP), mail(KEY, 'results', APP), mail(DENIED_KEY, 'denied', DENIED_APP)],
    store: { versions: [{ key: 'dev/report.qvf', versionId: 'v1', promotionKey: KEY }], uploads: [] },
    incoming: [],
    workflows: [{ workflowId: `promotion/dev/${SOURCE_ID}`, type: 'promotion', status: 'COMPLETED' }],
    expected: {},
  };
  // Not structuredClone: it would keep the log and the end the same objects.
  return JSON.parse(JSON.stringify(facts)) as Draft<RunFacts>;
}

function approve({ dev, record }: Story): string {
  const app = syntheticApp(SOURCE_ID, APP, REP, 'new');
  dev.act('create-app', REP, app);
  dev.act('publish-app', REP, inStream(app, SALES));
  const rows = rowsOf(MANAGER, '2026-01-05T08:00:01.000Z', [
    ['Server', 'test - Overwrite'],
    ['Server', 'prod - Duplicate'],
    ['Stream', 'Sales'],
    ['Approval', 'Approve'],
    ['Unpublish', 'True'],
  ]);
  dev.act('update-app', MANAGER, { ...dev.app(SOURCE_ID), rows });
  const startedAtUtc = record(KEY, 'decision', 'approve', { site: 'dev', appId: SOURCE_ID });
  dev.act('export-app', API_USER, dev.app(SOURCE_ID), { token: 'token-1' });
  record(KEY, 'export', 'exported', { site: 'dev', facts: { sha256: 'hash-1' } });
  record(KEY, 'version', 'version-kept', { site: 'dev', facts: { versionId: 'v1' } });
  return startedAtUtc;
}

function deliver({ test, prod, record }: Story): void {
  for (const { alias } of [test, prod]) record(KEY, `deliver/${alias}/planned`, 'planned', { site: alias });
  const staged = (site: SyntheticSite, id: string): AppStanding => {
    const app = { ...syntheticApp(id, `~waybill/test/${KEY}/${site.alias}/1`, API_USER, 'new'), description: 'New' };
    site.act('upload-app', API_USER, app, { sha256: 'hash-1' });
    return app;
  };
  const source = staged(test, 'test-staging');
  const { baseContent, allContent, data } = source;
  test.act('replace-app', API_USER, { ...test.app(TARGET_ID), baseContent, allContent, data }, { source: source.id });
  test.act('update-app', API_USER, { ...test.app(TARGET_ID), description: 'App promoted. Old' });
  test.remove(API_USER, source.id);
  record(KEY, `deliver/test/replaced/${TARGET_ID}`, 'replaced', { site: 'test', appId: TARGET_ID });
  record(KEY, 'deliver/test/verified', 'verified', { site: 'test' });
  const added = staged(prod, NEW_ID);
  prod.act('update-app', API_USER, { ...added, owner: REP, description: 'App promoted. New' });
  prod.act('publish-app', API_USER, inStream(prod.app(NEW_ID), SALES, { name: APP }));
  record(KEY, `deliver/prod/published/${SALES.id}/1`, 'published', { site: 'prod', appId: NEW_ID });
  record(KEY, 'deliver/prod/verified', 'verified', { site: 'prod' });
}

function unpublish({ dev, record }: Story): string {
  const copy = syntheticApp(COPY_ID, `~waybill/test/${KEY}/dev/1`, API_USER, 'new');
  dev.act('copy-app', API_USER, copy, { source: SOURCE_ID });
  dev.act('update-app', API_USER, { ...copy, name: APP, owner: REP });
  dev.remove(API_USER, SOURCE_ID);
  record(KEY, 'unpublished', 'unpublished', { site: 'dev', appId: SOURCE_ID });
  return record(KEY, 'closed', 'promoted', { site: 'dev', appId: SOURCE_ID });
}

function deny({ dev, record }: Story): { started: string; ended: string } {
  const app = syntheticApp('dev-costs', DENIED_APP, REP, 'costs');
  dev.act('create-app', REP, app);
  dev.act('publish-app', REP, inStream(app, SALES));
  const rows = rowsOf(MANAGER, '2026-01-05T08:00:05.000Z', [
    ['Server', 'prod - Duplicate'],
    ['Stream', 'Sales'],
    ['Approval', 'Deny'],
  ]);
  dev.act('update-app', MANAGER, { ...dev.app('dev-costs'), rows });
  const started = record(DENIED_KEY, 'decision', 'deny', { site: 'dev', appId: 'dev-costs' });
  dev.act('update-app', API_USER, { ...dev.app('dev-costs'), rows: [] });
  record(DENIED_KEY, 'stripped', 'stripped', { site: 'dev', appId: 'dev-costs' });
  return { started, ended: record(DENIED_KEY, 'closed', 'denied', { site: 'dev', appId: 'dev-costs' }) };
}

function promotionOf(
  promotionKey: string,
  appId: string,
  appName: string,
  verdict: 'approve' | 'deny',
  startedAtUtc: string,
  endedAtUtc: string,
): RunFacts['ledger']['promotions'][number] {
  const isDenied = verdict === 'deny';
  return {
    promotionKey,
    site: 'dev',
    appId,
    appName,
    owner: REP,
    verdict,
    state: isDenied ? 'denied' : 'promoted',
    decision: { by: { account: MANAGER, door: 'qmc' }, targets: isDenied ? [] : targets, tellsOwner: true },
    startedAtUtc,
    endedAtUtc,
    updatedAtUtc: endedAtUtc,
  };
}

function deliveryTo(target: string, endedAtUtc: string): RunFacts['ledger']['deliveries'][number] {
  const state: DeliveryState = 'verified';
  return {
    promotionKey: KEY,
    target,
    state,
    items: [],
    startedAtUtc: endedAtUtc,
    endedAtUtc,
    updatedAtUtc: endedAtUtc,
  };
}

function mail(promotionKey: string, kind: string, name: string): MailFacts {
  const messageId = `<${promotionKey}.${kind}@test.waybill>`;
  return { messageId, promotionKey, kind, to: ['rep@company.example'], subject: `'${name}' ${kind}`, text: kind };
}
