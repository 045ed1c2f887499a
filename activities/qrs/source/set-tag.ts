import { fold } from '../../../rules/app-facts.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppKey } from '../../promotion-types.ts';
import { eq } from '../client/filter.ts';
import type { QrsTag } from '../client/types.ts';
import { lookSeveralTimes } from '../look-several-times.ts';
import { changeApp } from '../proven-writes.ts';
import { sourceOf } from '../source-policy.ts';

/**
 * Puts the promote-on-reload tag on an app, or takes it away. A tag that does not exist is made, or its lack is
 * reported; it never stops anything (defect 31). Safe to repeat.
 */
export async function setTag(
  deps: ActivityDependencies,
  { site, appId, present }: AppKey & { present: boolean },
): Promise<void> {
  const { tag: name } = sourceOf(deps.config(), site).promoteOnReload;
  const { signal } = attemptContext();
  const client = deps.qrs(site);
  if (!(await client.getApp(appId, { signal }))) return;
  const tag = present ? await findOrCreate(deps, site, name, signal) : undefined;
  if (present && !tag) return;
  await changeApp(deps, site, appId, (app) => {
    const others = app.tags.filter((one) => fold(one.name) !== fold(name));
    const tagged = others.length !== app.tags.length;
    if (tagged === present) return undefined;
    return { ...app, tags: tag ? [...others, { id: tag.id, name: tag.name }] : others };
  });
}

async function findOrCreate(
  deps: ActivityDependencies,
  site: string,
  name: string,
  signal: AbortSignal,
): Promise<QrsTag | undefined> {
  const find = async (): Promise<QrsTag | undefined> => (await deps.qrs(site).tags(eq('name', name), { signal }))[0];
  const tag = await (attemptContext().attempt > 1 ? lookSeveralTimes(deps, find) : find());
  if (tag) return tag;
  const { createMissingTag } = sourceOf(deps.config(), site).promoteOnReload;
  return createMissingTag ? deps.qrs(site).createTag(name, { signal }) : undefined;
}
