import { fold } from '../../../rules/app-facts.ts';
import { type Ask, askOf } from '../../../rules/ask.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppKey } from '../../promotion-types.ts';
import { attemptContext } from '../../activity-context.ts';
import type { AppMemory } from '../app-memory.ts';
import { eq } from '../client/filter.ts';
import { askPolicyOf, sourceOf } from '../source-policy.ts';
import { siteMemoryOf } from '../watch/site-memory.ts';
import { groupsFor } from './groups.ts';
import { holdLostDecision } from './hold-lost-decision.ts';
import type { SourceApp } from './read-source.ts';
import type { StoredDecision } from './stored-decision.ts';

/** What an app's state asks for, by its properties, its memory and policy. Reads only. */
export async function askNow(
  deps: ActivityDependencies,
  key: AppKey,
  source: SourceApp,
  memory: AppMemory | undefined,
): Promise<Ask> {
  const policy = askPolicyOf(deps.config(), key.site, source.app.stream?.name);
  const siteMemory = await siteMemoryOf(deps, key.site, attemptContext().signal);
  const known = await holdLostDecision(deps, key.site, source, memory, siteMemory);
  const groups = await groupsFor(deps, key.site, policy, source.request);
  const facts = {
    ...source,
    remembered: known?.remembered,
    seen: memory?.seen,
    firstStartUtc: siteMemory.firstStartUtc,
    restoredUtc: known?.released === siteMemory.restoredUtc ? undefined : siteMemory.restoredUtc,
    isDecided: await isDecided(deps, key, source),
    adopted: memory?.adopted,
    groupsOf: (account: string) => groups.get(fold(account)) ?? [],
  };
  const ask = askOf(facts, policy);
  if (ask.ask !== 'tag' || (await canTag(deps, key.site))) return ask;
  return askOf(facts, { ...policy, reload: { ...policy.reload, untaggable: true } });
}

/** Whether this very publish was decided: an app that stays in its stream afterwards waits for nobody. */
async function isDecided(deps: ActivityDependencies, { site, appId }: AppKey, { app }: SourceApp): Promise<boolean> {
  const [latest] = await deps.ledger.listPromotions<StoredDecision>({ site, appId, open: false, limit: 1 });
  const isCarriedOut = latest !== undefined && ['promoted', 'partly-promoted', 'denied'].includes(latest.state);
  return isCarriedOut && latest.decision.source.revision.publishedAtUtc === app.publishedAtUtc;
}

/** Whether the promote-on-reload tag exists or may be made; its lack is reported and stops nothing (defect 31). */
async function canTag(deps: ActivityDependencies, site: string): Promise<boolean> {
  const { createMissingTag, tag } = sourceOf(deps.config(), site).promoteOnReload;
  const { signal } = attemptContext();
  if (createMissingTag || (await deps.qrs(site).tags(eq('name', tag), { signal })).length > 0) return true;
  deps.logger.warn(
    { site, tag },
    'the promote-on-reload tag does not exist; make it in the QMC, or set createMissingTag',
  );
  return false;
}
