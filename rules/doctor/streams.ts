import { type Finding, look, ok, siteSubject } from '../../common/finding.ts';
import { fold } from '../app-facts.ts';

/** Whether a name means one stream at a site. `isTarget`: apps are published there, by the names of streams. */
export function streamFindings(site: string, names: readonly string[], isTarget: boolean): Finding[] {
  const about = ['site.streams', siteSubject(site)] as const;
  if (names.length === 0 && isTarget) {
    const remedy = `Ask the administrator of site "${site}" to make the streams, and to let the account of sites.${site}.user see them.`;
    return [look(about, 'It shows no stream at all, so that nothing can be published there.', remedy)];
  }
  const counts = new Map<string, { name: string; count: number }>();
  for (const name of names) {
    const { count } = counts.get(fold(name)) ?? { count: 0 };
    counts.set(fold(name), { name, count: count + 1 });
  }
  const several = [...counts.values()].filter(({ count }) => count > 1);
  if (several.length === 0)
    return [ok(about, `${names.length} ${names.length === 1 ? 'stream' : 'streams'}, no name twice.`)];
  return several
    .map(({ name, count }) =>
      look(
        about,
        `${count} streams bear the name "${name}": a delivery that names it stops and asks.`,
        `Ask the administrator of site "${site}" to rename all but one of them, or have people choose the stream as id:<guid>.`,
      ),
    )
    .toSorted((a, b) => (a.what < b.what ? -1 : 1));
}

/** The streams that `sources.<site>.streams` names and the site does not have. */
export function namedStreamFindings(site: string, configured: readonly string[], names: readonly string[]): Finding[] {
  if (configured.length === 0) return [];
  const about = ['source.streams', siteSubject(site)] as const;
  const known = new Set(names.map(fold));
  const missing = configured.filter((name) => !known.has(fold(name)));
  if (missing.length === 0) return [ok(about, `Every stream that sources.${site}.streams names is there.`)];
  return missing.map((name) =>
    look(
      about,
      `sources.${site}.streams names "${name}", and the site shows no stream of that name.`,
      `Correct the name in sources.${site}.streams, or ask the administrator of site "${site}" whether the account of sites.${site}.user may see that stream.`,
    ),
  );
}
