import { createHash } from 'node:crypto';
import type { Ledger } from '../ledger/ledger.ts';
import type { TargetChoice } from '../workflows/contract.ts';

const MINUTE_MS = 60_000;
const APPS = 1500;
const OPEN = 60;
const RUN = 'bench';

const names = ['Sales Overview', 'Margin Report', 'Stock Levels', 'Orders Daily', 'Pipeline by Region', 'Leads'];
const streams = ['Sales', 'Finance', 'Logistics', 'People', 'Marketing'];
const owners = ['anna', 'bert', 'carla', 'dirk', 'eva', 'fritz', 'gerda'].map((name) => `COMPANY\\${name}`);
const troubles = ['WAYBILL_QRS_FORBIDDEN', 'WAYBILL_QRS_UNREACHABLE', 'WAYBILL_SITE_PAUSED', 'WAYBILL_QRS_TIMEOUT'];
const targets: readonly TargetChoice[] = [
  { site: 'test', mode: 'overwrite', streams: ['Sales'] },
  { site: 'prod', mode: 'duplicate', streams: ['Sales'] },
];

/** The newest promotion and its app, for pages about one of them. */
export interface Filled {
  readonly promotionKey: string;
  readonly appName: string;
}

/**
 * Some 20 rows for each of so many promotions of the last years, through the ledger's own methods: decision, export, two
 * deliveries, three mails, eight attempts, and the audit entries of all that. The last 60 promotions are still open.
 */
export async function fillLedger(
  ledger: Ledger,
  promotions: number,
  progress: (done: number) => void,
): Promise<Filled> {
  for (let at = 0; at < promotions; at += 1) {
    await promote(ledger, at, promotions);
    if (at % 1000 === 999) progress(at + 1);
  }
  for (let at = 0; at < OPEN; at += 1) await wait(ledger, at);
  return { promotionKey: keyOf(promotions - 1), appName: nameOf(promotions - 1) };
}

async function promote(ledger: Ledger, at: number, all: number): Promise<void> {
  const promotionKey = keyOf(at);
  const isOpen = at >= all - OPEN;
  const startedMs = Date.now() - (all - at) * 97 * MINUTE_MS;
  const utc = (minutes: number): string => new Date(startedMs + minutes * MINUTE_MS).toISOString();
  const appId = idOf(`app ${at % APPS}`);
  const appName = nameOf(at);
  const owner = owners[at % owners.length] ?? '';
  const streamName = streams[at % streams.length] ?? '';
  const by = { account: 'COMPANY\\manager', door: 'qmc', asserted: false } as const;
  const verdict = at % 11 === 0 ? 'deny' : 'approve';
  const app = { name: appName, owner, streamName };
  const chosen = verdict === 'deny' ? [] : targets;
  const decision = {
    promotionKey,
    decisionId: idOf(`decision ${at}`),
    verdict,
    app,
    by,
    decidedAtUtc: utc(0),
    targets: chosen,
    source: { revision: { publishedAtUtc: utc(-(at % 53) * 7 - 1), objects: [] } },
  };
  const artifact = {
    sha256: createHash('sha256').update(appName).digest('hex'),
    storeId: 's',
    sizeBytes: 1_000_000 + at,
    sizeComparable: true,
    objects: [],
  };
  const state = isOpen ? 'delivering' : verdict === 'deny' ? 'denied' : at % 37 === 0 ? 'not-promoted' : 'promoted';
  await ledger.withTransaction(async (store) => {
    await store.openPromotion({
      promotionKey,
      site: 'dev',
      appId,
      appName,
      owner,
      verdict,
      decision,
      startedAtUtc: utc(0),
    });
    const ended = isOpen ? {} : { endedAtUtc: utc(4) };
    const version = at % 3 === 0 && verdict !== 'deny' ? { version: { versionId: 'v', sha256: artifact.sha256 } } : {};
    await store.updatePromotion(promotionKey, {
      state,
      ...(verdict === 'deny' ? {} : { artifact }),
      ...version,
      ...ended,
    });
    const record = (minute: number, seq: string, type: string, facts: unknown) =>
      store.record({ promotionKey, seq, type, atUtc: utc(minute), site: 'dev', facts });
    await record(0, 'decision', verdict, { by, targets: chosen });
    if (verdict !== 'deny') await record(1, 'export', 'exported', artifact);
    for (const { site } of chosen) {
      const items = [{ action: 'replaced', streamName: 'Sales', appId: idOf(`${site} ${at % APPS}`), verified: true }];
      const isOver = !isOpen ? { endedAtUtc: utc(3) } : {};
      await store.upsertDelivery({
        promotionKey,
        target: site,
        state: isOpen ? 'staging' : 'verified',
        items,
        ...isOver,
      });
      await record(3, `delivered/${site}`, 'delivered', { target: site, items });
    }
    if (at % 9 === 0)
      await record(2, 'trouble/test', 'trouble', { code: troubles[at % troubles.length], step: 'upload' });
    if (!isOpen) await record(4, 'closed', state, {});
    for (const kind of ['publishAlert', 'approved', 'results']) {
      await store.upsertMail({
        messageId: `${promotionKey}.${kind}@bench`,
        promotionKey,
        kind,
        to: ['rep@company.example'],
        subject: `'${appName}' ${kind}`,
        text: `'${appName}' was promoted.\n`,
        state: 'sent',
        attempts: 1,
      });
    }
    await store.writeAttempts(
      [
        'assess',
        'exportApp',
        'planDelivery',
        'uploadStaging',
        'overwriteTarget',
        'unpublish',
        'closePromotion',
        'sendMail',
      ].map((activityType, step) => ({
        workflowId: `promotion/dev/${appId}`,
        runId: `${RUN}${at}`,
        activityId: String(step),
        attempt: 1,
        activityType,
        promotionKey,
        startedAtUtc: utc(step / 2),
        outcome: 'completed' as const,
        endedAtUtc: utc(step / 2 + 0.3),
      })),
    );
  });
}

async function wait(ledger: Ledger, at: number): Promise<void> {
  const utc = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
  await ledger.upsertAwaiting({
    site: 'dev',
    appId: idOf(`waiting ${at}`),
    appName: `${names[at % names.length]} waiting ${at}`,
    owner: owners[at % owners.length] ?? '',
    stream: streams[at % streams.length] ?? '',
    publishTimeUtc: utc(at * 30 + 1),
    waitingSinceUtc: utc(at * 30),
    missing: [],
    alertedTo: [],
  });
}

function nameOf(at: number): string {
  return `${names[at % names.length]} ${at % APPS}`;
}

function keyOf(at: number): string {
  return createHash('sha256').update(`promotion ${at}`).digest('hex').slice(0, 16);
}

/** The same GUID for the same text. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
