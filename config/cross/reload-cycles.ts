import type { ParsedConfig } from '../schema.ts';

type Sources = ParsedConfig['sources'];

/**
 * The circles in which a reload would be promoted for ever, each as `[dev, test, dev]`, each once. A circle counts only
 * when promote on reload is on at every site of it: one that asks for approval breaks it.
 */
export function reloadCycles(sources: Sources, targets: readonly string[]): string[][] {
  const next = (alias: string): readonly string[] => {
    const source = sources[alias];
    if (!source?.promoteOnReload.enabled) return [];
    return source.targets ?? targets.filter((target) => target !== alias);
  };
  return Object.keys(sources)
    .toSorted()
    .flatMap((start) => circlesFrom(start, [start], next));
}

/** Circles whose first alias in the alphabet is `start`; so each is found once. */
function circlesFrom(start: string, way: readonly string[], next: (alias: string) => readonly string[]): string[][] {
  return next(way.at(-1) ?? start).flatMap((alias) => {
    if (alias === start) return way.length > 1 ? [[...way, start]] : [];
    return alias < start || way.includes(alias) ? [] : circlesFrom(start, [...way, alias], next);
  });
}
