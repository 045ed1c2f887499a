import Handlebars from 'handlebars';
import { stampDescription } from '../../../rules/description.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { KeptVersion } from '../../promotion-types.ts';
import type { StoredDecision } from '../source/stored-decision.ts';
import { targetOf } from './plan-delivery.ts';

/** The description of a promoted app: the target's stamp, then as much of the original as fits. */
export function stampFor(
  deps: ActivityDependencies,
  site: string,
  decision: StoredDecision,
  original: string,
  version: KeptVersion | undefined,
): string {
  const { description } = targetOf(deps, site);
  if (!description.stamp) return original;
  const config = deps.config();
  const template = Handlebars.compile(description.template, { noEscape: true });
  const stamp = template({
    node: config.sites[decision.site]?.publicHost ?? decision.site,
    decidedBy: decision.by.account,
    decidedAt: decision.decidedAtUtc,
    owner: decision.app.owner,
    version: version?.versionId,
    promotionKey: decision.promotionKey,
    site: decision.site,
    note: decision.note,
  });
  return stampDescription(original, stamp);
}
