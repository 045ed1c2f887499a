import Handlebars from 'handlebars';
import { LRUCache } from 'lru-cache';
import { plainDescription, stampDescription } from '../../../rules/description.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { KeptVersion } from '../../promotion-types.ts';
import type { QrsApp } from '../client/types.ts';
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
  const template = compiled(description.template);
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

/** What Waybill last wrote into a target app's description, and the text it found there. */
interface TargetMemory {
  readonly stamped: string;
  readonly original: string;
}

/** Remembers what is about to be written into an app's description, so that the next stamp takes its place. Safe to repeat. */
export async function rememberStamp(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  memory: TargetMemory,
): Promise<void> {
  await deps.ledger.putAppMemory(`target:${site}`, appId, memory);
}

/** The description without a stamp of ours: one that is still our own last stamp hides the text that was there first. */
export async function unstamped(deps: ActivityDependencies, site: string, app: QrsApp): Promise<string> {
  const memories = await deps.ledger.getAppMemory<TargetMemory>(`target:${site}`, [app.id]);
  const memory = memories.get(app.id)?.memory;
  const isOurs = memory && plainDescription(memory.stamped) === plainDescription(app.description);
  return isOurs ? memory.original : (app.description ?? '');
}

/** Templates of the configuration, one a target; compiling costs many times what filling does. */
const KEPT_TEMPLATES = 50;
const kept = new LRUCache<string, HandlebarsTemplateDelegate>({ max: KEPT_TEMPLATES });

function compiled(text: string): HandlebarsTemplateDelegate {
  const known = kept.get(text);
  if (known) return known;
  const template = Handlebars.compile(text, { noEscape: true });
  kept.set(text, template);
  return template;
}
