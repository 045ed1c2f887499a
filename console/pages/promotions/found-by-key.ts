import { waybillError } from '../../../common/errors/catalogue.ts';
import type { Found, KnownPromotion } from '../../../views/find-app.ts';
import type { DecisionOfRecord } from '../../../views/recorded-shapes.ts';
import type { ConsoleContext } from '../../server/context.ts';

const MOST_OTHERS = 10;

export type FoundPromotion = Found & { readonly promotion: KnownPromotion };

/**
 * A promotion by its key, with others of its app, and whether the app waits again.
 * @throws WAYBILL_CLI_NOT_FOUND
 */
export async function foundByKey({ ledger }: Pick<ConsoleContext, 'ledger'>, key: string): Promise<FoundPromotion> {
  const promotion = await ledger.getPromotion<DecisionOfRecord>(key);
  if (!promotion) throw waybillError('WAYBILL_CLI_NOT_FOUND', { what: key, hint: '.' });
  const { site, appId, appName, owner } = promotion;
  const [waiting, all] = await Promise.all([
    ledger.getAwaiting(site, appId),
    ledger.listPromotions<DecisionOfRecord>({ site, appId, limit: MOST_OTHERS + 1 }),
  ]);
  const earlier = all.filter(({ promotionKey }) => promotionKey !== key).slice(0, MOST_OTHERS);
  return { site, appId, appName, owner, waiting, promotion, earlier };
}
