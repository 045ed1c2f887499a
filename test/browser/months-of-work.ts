import { openLedger } from '../../ledger/ledger.ts';

const DAYS = 80;
const DAY_MS = 86_400_000;

const apps = ['Sales Overview', 'Margin Report', 'Stock Levels', 'Orders Daily', 'Pipeline by Region', 'Churn'];
const streams = ['Sales', 'Finance', 'Logistics'];
const owners = ['COMPANY\\anna.bell', 'COMPANY\\bert.cole', 'COMPANY\\carla.diaz', 'COMPANY\\dirk.evans'];
const codes = ['WAYBILL_QRS_FORBIDDEN', 'WAYBILL_QRS_UNREACHABLE', 'WAYBILL_PROMOTION_UNDECIDED'];

/** Writes what some months of promotions leave in a SQLite ledger, ending yesterday: enough for charts. Always the same. */
export async function fillMonths(file: string): Promise<void> {
  let nowMs = 0;
  const ledger = await openLedger({ kind: 'sqlite', file, now: () => new Date(nowMs) });
  const utc = (minutes: number): string => new Date(nowMs + minutes * 60_000).toISOString();
  const yesterdayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
  for (let at = 0; at < DAYS * 2; at += 1) {
    nowMs = yesterdayMs - (DAYS * 2 - at) * (DAY_MS / 2);
    // Fewer at weekends.
    if ([0, 6].includes(new Date(nowMs).getUTCDay()) && at % 3 > 0) continue;
    await promote(ledger, at, utc);
  }
  await ledger.close();
}

type Ledger = Awaited<ReturnType<typeof openLedger>>;

async function promote(ledger: Ledger, at: number, utc: (minutes: number) => string): Promise<void> {
  const promotionKey = `months${String(at).padStart(4, '0')}`;
  const [owner = '', stream = ''] = [owners[(at * 7) % owners.length], streams[(at * 5) % streams.length]];
  const appName = apps[(at * 11) % apps.length] ?? '';
  const verdict = at % 9 === 4 ? 'deny' : 'approve';
  const by = { account: 'COMPANY\\manager', door: 'qmc', asserted: false } as const;
  const waitedMinutes = 12 + ((at * 37) % 240) + (at % 13 === 0 ? 400 + ((at * 53) % 1300) : 0);
  const targets = verdict === 'deny' ? [] : [{ site: 'test', mode: 'overwrite', streams: [stream] }];
  if (verdict === 'approve' && at % 3 > 0) targets.push({ site: 'prod', mode: 'duplicate', streams: [stream] });
  const source = { revision: { publishedAtUtc: utc(-waitedMinutes) } };
  const app = { name: appName, owner, streamName: stream };
  const decision = { promotionKey, decisionId: promotionKey, verdict, app, by, decidedAtUtc: utc(0), targets, source };
  const row = { site: 'dev', appId: `months-${at % 40}`, appName, owner, verdict, decision } as const;
  await ledger.openPromotion({ promotionKey, ...row, startedAtUtc: utc(0) });
  for (const { site } of targets) {
    const items = [{ action: 'replaced', streamName: stream, appId: `${site}-${at % 40}`, verified: true }];
    await ledger.upsertDelivery({ promotionKey, target: site, state: 'verified', items, endedAtUtc: utc(6) });
  }
  await ledger.record({
    promotionKey,
    seq: 'decision',
    type: verdict,
    atUtc: utc(0),
    site: 'dev',
    facts: { by, targets },
  });
  if (at % 7 === 2) {
    const facts = { code: codes[Math.floor(at / 7) % codes.length], step: 'upload', message: 'The site refused it.' };
    await ledger.record({ promotionKey, seq: 'trouble/prod/1', type: 'trouble', atUtc: utc(3), site: 'prod', facts });
  }
  const state = verdict === 'deny' ? 'denied' : at % 23 === 5 ? 'partly-promoted' : 'promoted';
  const version = { versionId: promotionKey, key: appName, sha256: promotionKey, sizeBytes: 800_000 + at * 9000 };
  await ledger.updatePromotion(promotionKey, {
    state,
    endedAtUtc: utc(6 + (at % 5)),
    ...(verdict === 'approve' && at % 4 > 0 && { version }),
  });
  const mail = { to: ['rep@company.example'], subject: appName, state: 'sent', attempts: 1 } as const;
  for (const kind of ['publishAlert', verdict === 'deny' ? 'denied' : 'results'])
    await ledger.upsertMail({ ...mail, messageId: `${promotionKey}.${kind}`, kind, promotionKey });
}
