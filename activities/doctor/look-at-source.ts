import { broken, type DoctorCheck, type Finding, ok, siteSubject } from '../../common/finding.ts';
import type { Config, SourceConfig } from '../../config/types.ts';
import { sameText } from '../../rules/app-facts.ts';
import { choiceFindings } from '../../rules/doctor/choices.ts';
import { propertyFindings, type WantedProperty } from '../../rules/doctor/properties.ts';
import { namedStreamFindings } from '../../rules/doctor/streams.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { eq } from '../qrs/client/filter.ts';
import type { QrsStream } from '../qrs/client/types.ts';
import { findingOfError } from './finding-of-error.ts';
import { lookAtApprovers } from './look-at-approvers.ts';

/** Whether people can ask for promotions at a source in words that Waybill understands. Reads only. */
export async function lookAtSource(
  deps: ActivityDependencies,
  source: SourceConfig,
  streams: readonly QrsStream[],
): Promise<Finding[]> {
  const { alias, words, targets } = source;
  const { signal } = attemptContext();
  const told = async (check: DoctorCheck, work: () => Promise<Finding[]>): Promise<Finding[]> =>
    work().catch((error: unknown) => [findingOfError(deps, [check, siteSubject(alias)], error)]);
  const ofProperties = await told('source.properties', async () => {
    const definitions = await deps.qrs(alias).customPropertyDefinitions(undefined, { signal });
    const policy = { site: alias, names: source.properties, words, targets };
    return [
      ...propertyFindings(alias, wantedProperties(deps.config(), source), definitions),
      ...choiceFindings(policy, definitions),
    ];
  });
  return [
    ...ofProperties,
    ...(await told('source.tag', async () => tagFindings(deps, source))),
    ...namedStreamFindings(
      alias,
      Object.keys(source.streams),
      streams.map(({ name }) => name),
    ),
    ...(await told('source.approvers', async () => lookAtApprovers(deps, source, streams))),
  ];
}

/** What the settings make Waybill look for; a property that nothing asks for may be missing. */
function wantedProperties(
  config: Config,
  { properties, afterPromotion, promoteOnReload }: SourceConfig,
): WantedProperty[] {
  const wanted = (key: WantedProperty['key'], without: string, isNeeded: boolean): WantedProperty => ({
    key,
    name: properties[key],
    without,
    isNeeded,
  });
  return [
    wanted('server', 'nobody can choose a target in the QMC', true),
    wanted('stream', 'nobody can choose a stream in the QMC', true),
    wanted('approval', 'nobody can approve in the QMC', true),
    ...(afterPromotion.unpublish === 'byProperty'
      ? [wanted('unpublish', 'nobody can ask for unpublishing', false)]
      : []),
    ...(config.versioning.mode === 'byProperty' ? [wanted('versioning', 'nobody can ask for a version', false)] : []),
    ...(promoteOnReload.enabled ? [wanted('reload', 'no app can be promoted on its reload', true)] : []),
    ...(config.mail.enabled ? [wanted('streamAlert', 'no stream can ask for mails about published apps', false)] : []),
  ];
}

async function tagFindings(deps: ActivityDependencies, { alias, promoteOnReload }: SourceConfig): Promise<Finding[]> {
  const { enabled, tag, createMissingTag } = promoteOnReload;
  if (!enabled) return [];
  const about = ['source.tag', siteSubject(alias)] as const;
  const { signal } = attemptContext();
  const found = await deps.qrs(alias).tags(eq('name', tag), { signal });
  if (found.some(({ name }) => sameText(name, tag))) return [ok(about, `The tag ${tag} is there.`)];
  if (createMissingTag) return [ok(about, `There is no tag ${tag} yet; Waybill makes it when it is needed.`)];
  return [
    broken(
      about,
      `There is no tag ${tag}, and Waybill may not make it: apps are not marked for promotion on reload.`,
      `Ask the administrator of site "${alias}" to make the tag ${tag}, or set sources.${alias}.promoteOnReload.createMissingTag to true.`,
    ),
  ];
}
