import { waybillError } from '../common/errors/catalogue.ts';
import type { Delivery } from '../ledger/deliveries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Found, KnownPromotion } from './find-app.ts';
import { plain } from './plain.ts';
import { targetSitesOf } from './target-sites.ts';

/**
 * An app that was found by its name can have several promotions under way, as targets were added while others were being
 * served: the same app, with the one that an order for this target means. Without a target, the one that is stuck.
 * @throws WAYBILL_CLI_WHICH_PROMOTION
 */
export async function withPromotionMeant(ledger: Ledger, found: Found, target?: string): Promise<Found> {
  const { promotion, appId, appName } = found;
  const known = promotion ? [promotion, ...found.earlier] : [];
  const running = known.filter((one) => one.appId === appId && !one.endedAtUtc);
  if (running.length < 2) return found;
  const served = await Promise.all(
    running.map(async (one) => ({
      one,
      deliveries: await ledger.listDeliveries({ promotionKey: one.promotionKey }),
    })),
  );
  const meant = served.filter(({ one, deliveries }) =>
    target === undefined ? isStuck(one, deliveries) : isOpenAt(one, deliveries, target),
  );
  const [only] = meant;
  if (only && meant.length === 1) return about(found, known, only.one);
  const choices = (meant.length > 0 ? meant : served).map(({ one }) => choice(one)).join('\n');
  throw waybillError('WAYBILL_CLI_WHICH_PROMOTION', { app: plain(appName), count: running.length, choices });
}

function isStuck({ state }: KnownPromotion, deliveries: readonly Delivery[]): boolean {
  return state === 'needs-operator' || deliveries.some((one) => one.trouble !== undefined && !one.endedAtUtc);
}

function isOpenAt({ decision }: KnownPromotion, deliveries: readonly Delivery[], target: string): boolean {
  return targetSitesOf(decision).includes(target) && !deliveries.some((one) => one.target === target && one.endedAtUtc);
}

function about(found: Found, known: readonly KnownPromotion[], meant: KnownPromotion): Found {
  return { ...found, promotion: meant, earlier: known.filter((one) => one !== meant) };
}

function choice({ promotionKey, state, decision }: KnownPromotion): string {
  return `  ${promotionKey}  to ${targetSitesOf(decision).join(', ')}, ${state}`;
}
