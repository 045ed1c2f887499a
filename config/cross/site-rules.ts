import { suggestion } from '../nearest-word.ts';
import type { Finding, SettingPath } from '../problem.ts';
import type { ParsedConfig } from '../schema.ts';
import type { Rule } from './rule.ts';

export const sitesAreKnown: Rule = ({ sites, sources, targets, worker }) => [
  ...Object.keys(sources).flatMap((alias) => unknownSite(sites, alias, ['sources', alias])),
  ...Object.keys(targets).flatMap((alias) => unknownSite(sites, alias, ['targets', alias])),
  ...worker.sites.flatMap((alias, index) => unknownSite(sites, alias, ['worker', 'sites', index])),
];

export const sitesAreDifferent: Rule = ({ sites }) => {
  const owners = new Map<string, string>();
  return Object.entries(sites).flatMap(([alias, site]) =>
    site.hosts.flatMap((host, index) => {
      const address = `${host.toLowerCase()}:${site.port}`;
      const owner = owners.get(address) ?? alias;
      owners.set(address, owner);
      if (owner === alias) return [];
      const wrong = `${address} already belongs to the site "${owner}"`;
      return [{ path: ['sites', alias, 'hosts', index], wrong, right: 'give each site servers of its own' }];
    }),
  );
};

export const sourcesHaveTargets: Rule = ({ sources, targets }) =>
  Object.entries(sources).flatMap(([alias, source]) => {
    const others = Object.keys(targets).filter((target) => target !== alias);
    if ((source.targets ?? others).length > 0) return [];
    return [
      {
        path: ['sources', alias],
        wrong: 'nothing can be promoted from here',
        right: 'describe another site under targets',
      },
    ];
  });

export const targetsAreDescribed: Rule = ({ sources, targets }) =>
  Object.entries(sources).flatMap(([alias, source]) =>
    (source.targets ?? []).flatMap((target, index) => {
      const path = ['sources', alias, 'targets', index];
      if (target === alias) {
        return [{ path, wrong: `"${alias}" would be promoted to itself`, right: 'take it off this list' }];
      }
      if (targets[target] !== undefined) return [];
      const known = Object.keys(targets);
      const wrong = `"${target}" does not stand under targets${suggestion(target, known)}`;
      return [{ path, wrong, right: `expected one of ${known.join(', ')}` }];
    }),
  );

function unknownSite(sites: ParsedConfig['sites'], alias: string, path: SettingPath): Finding[] {
  if (sites[alias] !== undefined) return [];
  const known = Object.keys(sites);
  const wrong = `there is no site "${alias}"${suggestion(alias, known)}`;
  return [{ path, wrong, right: `expected one of ${known.join(', ')}` }];
}
