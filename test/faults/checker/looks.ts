import type { SiteWalk } from './site-walk.ts';

/** QRS deletes without asking whether an app changed since it was read; the time that this takes, where no look is known. */
const LAST_LOOK_MS = 250;

/** From when on nobody looked at the app any more before that moment. */
export function lastLookUtc(walk: SiteWalk | undefined, appId: string, beforeHostUtc: string): string {
  const looks = looksAt(walk, appId)?.filter((hostUtc) => hostUtc <= beforeHostUtc);
  return looks?.at(-1) ?? new Date(Date.parse(beforeHostUtc) - LAST_LOOK_MS).toISOString();
}

/** When the app was looked at first; undefined where no look is known. */
export function firstLookUtc(walk: SiteWalk | undefined, appId: string): string | undefined {
  return looksAt(walk, appId)?.[0];
}

function looksAt(walk: SiteWalk | undefined, appId: string): string[] | undefined {
  return walk?.facts.looks?.filter(({ appIds }) => appIds.includes(appId)).map(({ hostUtc }) => hostUtc);
}
