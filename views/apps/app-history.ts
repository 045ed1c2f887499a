import type { Backup } from '../../ledger/backups.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { DecisionVerdict, PromotionState } from '../../workflows/contract.ts';
import type { DecisionOfRecord } from '../recorded-shapes.ts';

/** An app by the name it has on its source site. */
export interface NamedApp {
  readonly site: string;
  readonly appName: string;
}

/** What was exported for a promotion, as it is recorded. */
export interface ExportedContent {
  /** Of the file, lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** An app that Waybill put, or left, at a target and has not replaced since. */
export interface StandingApp extends ExportedContent {
  readonly target: string;
  readonly stream: string;
  readonly appId: string;
  readonly sinceUtc: string;
  readonly promotionKey: string;
}

/** One promotion of the app, with the files that were kept of it. */
export interface PromotionOfApp {
  readonly promotionKey: string;
  /** On the source site; each time it was given back to its owner it got another. */
  readonly sourceAppId: string;
  readonly verdict: DecisionVerdict;
  readonly state: PromotionState;
  readonly decidedBy: string;
  readonly startedAtUtc: string;
  readonly content: ExportedContent | undefined;
  readonly version: { readonly key: string; readonly versionId: string } | undefined;
  readonly placed: readonly Omit<StandingApp, keyof ExportedContent>[];
  /** What it replaced, where that was kept. */
  readonly backups: readonly Backup[];
}

export interface AppHistory {
  readonly standing: readonly StandingApp[];
  /** Latest first. */
  readonly promotions: readonly PromotionOfApp[];
  /** There are earlier ones, which are not told. */
  readonly isCut: boolean;
}

interface ItemOfRecord {
  readonly streamName?: string;
  readonly appId?: string;
  readonly verified?: boolean;
}

/** Promotions of one app that are looked at: what stands anywhere was put there by one of them, as a rule. */
const MOST = 100;

/** Which bytes of an app stand where since when, and every file of it that was kept. Reads only. */
export async function appHistory(ledger: Ledger, app: NamedApp): Promise<AppHistory> {
  const found = await ledger.listPromotions<DecisionOfRecord>({ ...app, limit: MOST + 1 });
  const latest = found.slice(0, MOST);
  const promotionKeys = latest.map(({ promotionKey }) => promotionKey);
  if (promotionKeys.length === 0) return { standing: [], promotions: [], isCut: false };
  const [deliveries, backups] = await Promise.all([
    ledger.listDeliveries({ promotionKeys }),
    ledger.listBackups({ promotionKeys }),
  ]);
  const promotions = latest.map((promotion) => {
    const placed = deliveries
      .filter(({ promotionKey }) => promotionKey === promotion.promotionKey)
      .flatMap(({ target, items, endedAtUtc, updatedAtUtc }) =>
        verifiedItems(items).map(({ appId = '', streamName = 'a stream' }) => {
          const sinceUtc = endedAtUtc ?? updatedAtUtc;
          return { target, stream: streamName, appId, sinceUtc, promotionKey: promotion.promotionKey };
        }),
      );
    return promotionOf(promotion, placed, backups);
  });
  return { standing: standingOf(promotions), promotions, isCut: found.length > latest.length };
}

function verifiedItems(items: unknown): ItemOfRecord[] {
  return Array.isArray(items) ? (items as ItemOfRecord[]).filter((item) => item.appId && item.verified === true) : [];
}

function promotionOf(
  promotion: Promotion<DecisionOfRecord>,
  placed: PromotionOfApp['placed'],
  backups: readonly Backup[],
): PromotionOfApp {
  const { promotionKey, appId, verdict, state, decision, startedAtUtc, artifact, version } = promotion;
  const { key, versionId } = (version ?? {}) as { readonly key?: string; readonly versionId?: string };
  return {
    promotionKey,
    sourceAppId: appId,
    verdict,
    state,
    decidedBy: decision.by.account,
    startedAtUtc,
    content: contentOf(artifact),
    version: key !== undefined && versionId !== undefined ? { key, versionId } : undefined,
    placed,
    backups: backups.filter((one) => one.promotionKey === promotionKey),
  };
}

/** The last content of each app at each target, latest first. */
function standingOf(promotions: readonly PromotionOfApp[]): StandingApp[] {
  const standing = new Map<string, StandingApp>();
  for (const { content, placed } of promotions)
    for (const one of placed) {
      const place = `${one.target}/${one.appId}`;
      if (!standing.has(place))
        standing.set(place, { ...one, sha256: content?.sha256 ?? '', sizeBytes: content?.sizeBytes ?? 0 });
    }
  return [...standing.values()].toSorted((a, b) => (a.sinceUtc > b.sinceUtc ? -1 : 1));
}

function contentOf(artifact: unknown): ExportedContent | undefined {
  const { sha256, sizeBytes } = (artifact ?? {}) as Partial<ExportedContent>;
  return sha256 === undefined || sizeBytes === undefined ? undefined : { sha256, sizeBytes };
}
