import { randomUUID } from 'node:crypto';
import type { Ledger } from '../../ledger/ledger.ts';
import type {
  DecisionVerdict,
  DeliveryState,
  PromotionState,
  TargetChoice,
  Trouble,
} from '../../workflows/contract.ts';

const MINUTE_MS = 60_000;

/** A moment some minutes before now. */
export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE_MS).toISOString();
}

export interface WaitingFacts {
  readonly appId?: string;
  readonly name: string;
  readonly stream?: string;
  readonly minutes?: number;
  readonly missing?: readonly string[];
}

/** An app of the rep that waits on `dev`; its id. */
export async function waits(ledger: Ledger, facts: WaitingFacts): Promise<string> {
  const { appId = randomUUID(), name, stream = 'Sales', minutes = 95, missing = [] } = facts;
  await ledger.upsertAwaiting({
    site: 'dev',
    appId,
    appName: name,
    owner: 'COMPANY\\rep',
    stream,
    publishTimeUtc: minutesAgo(minutes + 1),
    waitingSinceUtc: minutesAgo(minutes),
    missing,
    alertedTo: [],
  });
  return appId;
}

export interface PromotionFacts {
  readonly key: string;
  readonly appId?: string;
  readonly name: string;
  readonly verdict?: DecisionVerdict;
  readonly state: PromotionState;
  readonly minutes?: number;
  readonly account?: string;
  readonly targets?: readonly TargetChoice[];
  readonly ended?: boolean;
  readonly note?: string;
}

const everywhere: readonly TargetChoice[] = [
  { site: 'test', mode: 'overwrite', streams: ['Sales'] },
  { site: 'prod', mode: 'duplicate', streams: ['Sales', 'Finance'] },
];

/** A promotion with its decision and export; the app's id. */
export async function promotion(ledger: Ledger, facts: PromotionFacts): Promise<string> {
  const { key, name, verdict = 'approve', state, minutes = 60, account = 'COMPANY\\manager' } = facts;
  const { appId = randomUUID(), targets = verdict === 'deny' ? [] : everywhere, note } = facts;
  const owner = 'COMPANY\\rep';
  const by = { account, door: 'qmc', asserted: false } as const;
  const atUtc = minutesAgo(minutes);
  const app = { name, owner, streamName: 'Sales' };
  const decision = {
    promotionKey: key,
    decisionId: randomUUID(),
    verdict,
    app,
    by,
    decidedAtUtc: atUtc,
    note,
    targets,
  };
  const row = { site: 'dev', appId, appName: name, owner, verdict, decision, startedAtUtc: atUtc };
  await ledger.openPromotion({ ...row, promotionKey: key });
  const artifact = {
    sha256: 'f5a3'.repeat(16),
    storeId: 's',
    sizeBytes: 48_301_122,
    sizeComparable: true,
    objects: [],
  };
  const isOver = facts.ended ?? false;
  await ledger.updatePromotion(key, {
    state,
    ...(verdict !== 'deny' && { artifact }),
    ...(isOver && { endedAtUtc: minutesAgo(minutes - 4) }),
  });
  await record(ledger, key, minutes, 'decision', verdict, { by, note, targets });
  if (verdict !== 'deny') await record(ledger, key, minutes - 1, 'export', 'exported', artifact);
  if (isOver) await record(ledger, key, minutes - 4, 'closed', state, {});
  return appId;
}

/** A delivery of a promotion. */
export async function delivery(
  ledger: Ledger,
  promotionKey: string,
  target: string,
  state: DeliveryState,
  more: { readonly trouble?: Trouble; readonly items?: unknown; readonly minutes?: number } = {},
): Promise<void> {
  const { trouble, items = [], minutes = 30 } = more;
  const isOver = ['verified', 'skipped', 'aborted', 'superseded'].includes(state);
  const ended = isOver ? { endedAtUtc: minutesAgo(minutes) } : {};
  await ledger.upsertDelivery({ promotionKey, target, state, items, trouble: trouble ?? null, ...ended });
  if (trouble) await record(ledger, promotionKey, minutes, `trouble/${target}/${trouble.sinceUtc}`, 'trouble', trouble);
}

/** What stands in the way of a step. */
export function trouble(more: Partial<Trouble> = {}): Trouble {
  return {
    step: 'upload',
    code: 'WAYBILL_QRS_FORBIDDEN',
    message:
      'Site prod refuses INTERNAL\\sa_api the upload of an app. Give this account the role RootAdmin in the QMC of prod.',
    sinceUtc: minutesAgo(42),
    willRetry: false,
    ...more,
  };
}

async function record(
  ledger: Ledger,
  promotionKey: string,
  minutes: number,
  seq: string,
  type: string,
  facts: unknown,
): Promise<void> {
  await ledger.record({ promotionKey, seq, type, atUtc: minutesAgo(minutes), site: 'dev', facts });
}

/** A ledger as after some weeks: apps that wait, one stuck at prod, one where somebody has to choose, two that ended. */
export async function fillLedger(ledger: Ledger): Promise<void> {
  await waits(ledger, { name: 'Sales Overview', minutes: 95 });
  await waits(ledger, { name: 'Pipeline by Region', minutes: 3, missing: ['PromoteToStream is not set.'] });
  await waits(ledger, { name: 'Margin Report', stream: 'Finance', minutes: 4320 });

  await promotion(ledger, {
    key: 'k3v5q2m7stuckone',
    name: 'Orders Daily',
    state: 'delivering',
    minutes: 50,
    note: 'Checked with Ann.',
  });
  await delivery(ledger, 'k3v5q2m7stuckone', 'test', 'verified', {
    items: [{ action: 'replaced', streamName: 'Sales', appId: randomUUID(), verified: true }],
  });
  await delivery(ledger, 'k3v5q2m7stuckone', 'prod', 'needs-operator', { trouble: trouble() });

  const choices = [randomUUID(), randomUUID()];
  await promotion(ledger, {
    key: 'p4w6r3n8choosing',
    name: 'Stock Levels',
    state: 'delivering',
    minutes: 20,
    targets: everywhere.slice(0, 1),
  });
  const several = trouble({
    step: 'plan',
    code: 'WAYBILL_PROMOTION_UNDECIDED',
    message: 'Stream Sales of test has 2 apps named "Stock Levels". Choose the one to replace.',
    facts: { choices: choices.join(' ') },
  });
  await delivery(ledger, 'p4w6r3n8choosing', 'test', 'needs-operator', { trouble: several, minutes: 19 });

  await promotion(ledger, {
    key: 'a2b3c4d5promoted',
    name: 'Sales Overview',
    state: 'promoted',
    minutes: 3000,
    ended: true,
  });
  for (const target of ['test', 'prod'])
    await delivery(ledger, 'a2b3c4d5promoted', target, 'verified', {
      items: [{ action: 'published', streamName: 'Sales', appId: randomUUID(), verified: true }],
      minutes: 2997,
    });
  await fillAttempts(ledger, 'a2b3c4d5promoted');
  await ledger.upsertMail({
    messageId: 'results@test',
    promotionKey: 'a2b3c4d5promoted',
    kind: 'results',
    to: ['rep@company.example'],
    subject: "'Sales Overview' promotion results",
    text: "'Sales Overview' was promoted.\n\n- test, Sales: Succeeded: added as a new app\n",
    state: 'sent',
    attempts: 1,
  });
  await promotion(ledger, {
    key: 'e6f7g2h3deniedxx',
    name: 'Leads',
    verdict: 'deny',
    state: 'denied',
    minutes: 9000,
    account: 'COMPANY\\anna',
    ended: true,
  });
}

async function fillAttempts(ledger: Ledger, promotionKey: string): Promise<void> {
  const of = (activityType: string, activityId: string, workflowId: string, attempt = 1) => ({
    workflowId,
    runId: 'run',
    activityId,
    attempt,
    activityType,
    promotionKey,
    startedAtUtc: minutesAgo(2999 - Number(activityId) - attempt / 10),
  });
  const ends = { outcome: 'completed', endedAtUtc: minutesAgo(2980) } as const;
  const fails = {
    outcome: 'failed',
    endedAtUtc: minutesAgo(2990),
    errorCode: 'WAYBILL_QRS_UNREACHABLE',
    errorMessage: 'test.example did not answer.',
  } as const;
  const source = 'promotion/dev/x';
  const target = `deliver/${promotionKey}/test`;
  await ledger.writeAttempts([
    { ...of('exportApp', '1', source), ...ends, sizeBytes: 48_301_122 },
    { ...of('uploadStaging', '2', target), ...fails },
    { ...of('uploadStaging', '2', target, 2), ...ends, sizeBytes: 48_301_122 },
    { ...of('publishStaging', '3', target), ...ends },
  ]);
}
