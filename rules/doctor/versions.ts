import { type Finding, look, ok, siteSubject } from '../../common/finding.ts';

/** A source and the targets that its apps may go to. */
export interface PromotionWay {
  readonly source: string;
  readonly targets: readonly string[];
}

/**
 * Whether each target runs the product version of its source or a newer one: an app that a newer version saved may not
 * open in an older one. `versions`: by alias, as the sites tell them; those that do not answer are left out.
 */
export function versionFindings(ways: readonly PromotionWay[], versions: Readonly<Record<string, string>>): Finding[] {
  return ways.flatMap(({ source, targets }) =>
    targets.flatMap((target) => {
      const [from, to] = [versions[source], versions[target]];
      return from === undefined || to === undefined ? [] : [versionFinding(source, from, target, to)];
    }),
  );
}

function versionFinding(source: string, from: string, target: string, to: string): Finding {
  const about = ['sites.versions', siteSubject(target)] as const;
  const order = compareVersions(from, to);
  if (order === 0) return ok(about, `It runs ${to}, as ${source} does.`);
  if (order < 0) return ok(about, `It runs ${to}, which is newer than ${from} of ${source}.`);
  return look(
    about,
    `It runs ${to}, and ${source} runs the newer ${from}: an app of ${source} may not open there.`,
    `Ask the administrator of site "${target}" to update it to ${from} or later before apps of ${source} are promoted there.`,
  );
}

/** Below 0 where `left` is older, above 0 where it is newer. Parts are compared as numbers; missing ones count as 0. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}
