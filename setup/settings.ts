import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Config, SiteConfig } from '../config/types.ts';

/** A site as it was answered. */
export interface SiteAnswer {
  readonly alias: string;
  readonly host: string;
  readonly port: number;
  /** Absolute folder. */
  readonly certificates: string;
  /** Where the password of the key stands, as in `${env:NAME}`; never the password. */
  readonly certificatePassword?: string | undefined;
  readonly serverName?: string | undefined;
  readonly user: { readonly directory: string; readonly id: string };
}

/** Who may approve, as `sources.<alias>.approval.approvers`. */
export type Approvers = 'anyone' | { readonly users: readonly string[]; readonly groups: readonly string[] };

/** All that goes into the configuration. */
export interface Answers {
  readonly source: SiteAnswer;
  readonly targets: readonly SiteAnswer[];
  readonly unpublish: 'always' | 'never' | 'byProperty';
  readonly approvers: Approvers;
  readonly ownerMayApprove: boolean;
  readonly promoteOnReload: boolean;
}

/** One setting to be written. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

const usualPort = 4242;
const usualUser = { directory: 'INTERNAL', id: 'sa_api' };

/**
 * The settings that the answers change in a configuration, or that make a new one. Pure. `listsTargets`: the source names its
 * targets one by one there.
 */
export function settingsOf(
  answers: Answers,
  standing: Config | undefined,
  { folder, listsTargets }: { readonly folder: string; readonly listsTargets: boolean },
): Setting[] {
  const sites = [answers.source, ...answers.targets];
  return [
    ...sites.flatMap((site) => siteSettings(site, standing?.sites[site.alias], folder)),
    ...sourceSettings(answers, standing, listsTargets),
    ...targetSettings(answers, standing),
  ];
}

function siteSettings(site: SiteAnswer, standing: SiteConfig | undefined, folder: string): Setting[] {
  const { alias, host, port, certificatePassword, serverName, user } = site;
  const certificates = fromFolder(folder, site.certificates);
  const at = (key: string): string[] => ['sites', alias, key];
  const differs = (key: string, value: unknown, present: unknown): Setting[] =>
    isDeepStrictEqual(value, present) ? [] : [{ path: at(key), value }];
  const isKnown = standing?.hosts.some((one) => one.toLowerCase() === host.toLowerCase()) ?? false;
  return [
    ...(isKnown ? [] : [{ path: at('hosts'), value: [host] }]),
    ...differs('port', port, standing?.port ?? usualPort),
    ...(standing?.certificates === site.certificates ? [] : [{ path: at('certificates'), value: certificates }]),
    ...(certificatePassword === undefined
      ? []
      : differs('certificatePassword', certificatePassword, standing?.certificatePassword?.describe())),
    ...(serverName === undefined ? [] : differs('serverName', serverName, standing?.serverName)),
    ...differs('user', user, standing?.user ?? usualUser),
  ];
}

function sourceSettings(answers: Answers, standing: Config | undefined, listsTargets: boolean): Setting[] {
  const { source, targets, unpublish, approvers, ownerMayApprove, promoteOnReload } = answers;
  const present = standing?.sources[source.alias];
  const at = (...keys: string[]): string[] => ['sources', source.alias, ...keys];
  const differs = (keys: string[], value: unknown, now: unknown): Setting[] =>
    isDeepStrictEqual(value, now) ? [] : [{ path: at(...keys), value }];
  const aliases = targets.map(({ alias }) => alias);
  const missing = listsTargets ? aliases.filter((alias) => !present?.targets.includes(alias)) : [];
  return [
    ...(present ? [] : [{ path: at('watch'), value: 'poll' }]),
    ...(missing.length > 0 ? [{ path: at('targets'), value: [...(present?.targets ?? []), ...missing] }] : []),
    ...differs(['afterPromotion', 'unpublish'], unpublish, present?.afterPromotion.unpublish),
    ...differs(['approval', 'approvers'], approvers, present?.approval.approvers),
    ...differs(['approval', 'ownerMayApprove'], ownerMayApprove, present?.approval.ownerMayApprove),
    ...differs(['promoteOnReload', 'enabled'], promoteOnReload, present?.promoteOnReload.enabled ?? false),
  ];
}

function targetSettings({ targets }: Answers, standing: Config | undefined): Setting[] {
  return targets
    .filter(({ alias }) => standing?.targets[alias] === undefined)
    .map(({ alias }) => ({ path: ['targets', alias], value: {} }));
}

/** As it stands in the file: with `/`, which Windows takes too, and without the folder of the file where it lies in there. */
function fromFolder(folder: string, absolute: string): string {
  const relative = path.relative(folder, absolute);
  const isInside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return (isInside ? relative : absolute).replaceAll('\\', '/');
}
