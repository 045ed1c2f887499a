import type { Finding, SettingPath } from '../problem.ts';
import type { ParsedConfig } from '../schema.ts';
import type { Rule } from './rule.ts';
import { reloadCycles } from './reload-cycles.ts';

export const reloadsDoNotGoRound: Rule = ({ sources, targets }) =>
  reloadCycles(sources, Object.keys(targets)).map((cycle) => ({
    path: ['sources', cycle[0] ?? '', 'promoteOnReload', 'enabled'],
    wrong: `a reload would be promoted in a circle: ${cycle.join(' → ')}`,
    right: 'switch promoteOnReload off on one of these sites, or take one off the targets of the other',
  }));

export const reloadsKeepOne: Rule = ({ sources }) =>
  Object.entries(sources)
    .filter(([, { promoteOnReload }]) => promoteOnReload.enabled && promoteOnReload.keepLast < 1)
    .map(([alias]) => ({
      path: ['sources', alias, 'promoteOnReload', 'keepLast'],
      wrong: 'with 0 the copy that was just promoted would be removed',
      right: 'expected 1 or more',
    }));

export const namesDiffer: Rule = ({ sources }) =>
  Object.entries(sources).flatMap(([alias, { properties, words }]) => [
    ...twice(['sources', alias, 'properties'], Object.entries(properties)),
    ...twice(['sources', alias, 'words'], meanings(words, 'approve', 'deny')),
    ...twice(['sources', alias, 'words'], meanings(words, 'overwrite', 'duplicate')),
  ]);

type Words = ParsedConfig['sources'][string]['words'];

function meanings(words: Words, ...keys: (keyof Words)[]): [string, string][] {
  return keys.flatMap((key) =>
    [...new Set(words[key].map((word) => word.toLowerCase()))].map((word) => [key, word] as [string, string]),
  );
}

function twice(path: SettingPath, named: readonly (readonly [string, string])[]): Finding[] {
  const first = new Map<string, string>();
  return named.flatMap(([key, value]) => {
    const other = first.get(value.toLowerCase());
    first.set(value.toLowerCase(), other ?? key);
    if (other === undefined) return [];
    return [
      { path: [...path, key], wrong: `"${value}" is also what ${other} says`, right: 'give the two different texts' },
    ];
  });
}
