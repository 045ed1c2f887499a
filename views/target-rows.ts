import type { PromotionMode } from '../workflows/contract.ts';
import type { DeliveryStory, PromotionStory } from './promotion-story.ts';
import { targetSitesOf } from './target-sites.ts';

/** One app at a target: what stood there, or nothing, and what stands there, or nothing yet. */
export interface TargetApp {
  readonly stream: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** One target of a promotion. */
export interface TargetRow {
  readonly target: string;
  /** Null before it has begun. */
  readonly delivery: DeliveryStory | null;
  readonly choices: readonly { readonly mode: PromotionMode; readonly streams: readonly string[] }[];
  readonly apps: readonly TargetApp[];
}

interface ItemOfRecord {
  readonly action?: string;
  readonly stream?: { readonly name?: string };
  readonly streamName?: string;
  readonly targetAppId?: string;
  readonly appId?: string;
}

/** The targets that were chosen, each with what is known of it; by name. */
export function targetRows({ decision, deliveries }: Pick<PromotionStory, 'decision' | 'deliveries'>): TargetRow[] {
  const names = targetSitesOf(decision).toSorted();
  return names.map((target) => {
    const delivery = deliveries.find((one) => one.target === target) ?? null;
    return {
      target,
      delivery,
      choices: decision.targets.filter(({ site }) => site === target).map(({ mode, streams }) => ({ mode, streams })),
      apps: appsOf(delivery?.items),
    };
  });
}

/** A plan names what will be replaced, an end what was published or replaced. */
function appsOf(items: unknown): TargetApp[] {
  if (!Array.isArray(items)) return [];
  return (items as ItemOfRecord[]).map(({ action, stream, streamName, targetAppId, appId }) => ({
    stream: streamName ?? stream?.name ?? 'a stream',
    before: targetAppId ?? (action === 'replaced' ? (appId ?? null) : null),
    after: appId ?? null,
  }));
}
