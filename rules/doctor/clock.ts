import { type Finding, look, ok, siteSubject, skipped } from '../../common/finding.ts';

/** Times of replies are whole seconds and travel a while; less than this says nothing. */
const LIMIT_MS = 60_000;

/** Whether a site's clock agrees with the worker's. `siteTimeUtc` is undefined where the site's replies bear no date. */
export function clockFinding(site: string, siteTimeUtc: string | undefined, nowUtc: string, host: string): Finding {
  const about = ['site.clock', siteSubject(site)] as const;
  if (siteTimeUtc === undefined) {
    return skipped(about, 'Its replies tell no time.', 'Compare the clocks of its servers and of the worker by hand.');
  }
  const aheadMs = Date.parse(siteTimeUtc) - Date.parse(nowUtc);
  if (Math.abs(aheadMs) <= LIMIT_MS) return ok(about, 'Its clock agrees with that of the worker.');
  const minutes = Math.round(Math.abs(aheadMs) / LIMIT_MS);
  return look(
    about,
    `Its clock is ${minutes} min ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the worker (${host}).`,
    `Ask the administrator of site "${site}" to have its servers take their time from the time service of the company, and do the same on ${host}.`,
  );
}
