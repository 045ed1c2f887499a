import { broken, type Finding, look, ok, siteSubject } from '../../common/finding.ts';
import { sameText } from '../app-facts.ts';
import type { PropertyNames } from '../property-request.ts';

/** A custom property as the site defines it. No choices: people type what they like. */
export interface PropertyDefinition {
  readonly name: string;
  readonly choiceValues: readonly string[];
  readonly objectTypes: readonly string[];
}

/** A property that the settings of a source make Waybill look for. */
export interface WantedProperty {
  /** Its key under `sources.<site>.properties`. */
  readonly key: keyof PropertyNames | 'streamAlert';
  readonly name: string;
  /** What cannot be done without it. */
  readonly without: string;
  /** Nothing can be promoted without it. */
  readonly isNeeded: boolean;
}

/** Whether each wanted property is there and may be set on what it is for: streams for `streamAlert`, else apps. */
export function propertyFindings(
  site: string,
  wanted: readonly WantedProperty[],
  definitions: readonly PropertyDefinition[],
): Finding[] {
  const about = ['source.properties', siteSubject(site)] as const;
  const faults = wanted.flatMap((property) => faultOf(site, property, definitions));
  return faults.length > 0 ? faults : [ok(about, `${wanted.map(({ name }) => name).join(', ')} are there.`)];
}

function faultOf(
  site: string,
  { key, name, without, isNeeded }: WantedProperty,
  definitions: readonly PropertyDefinition[],
): Finding[] {
  const about = ['source.properties', siteSubject(site)] as const;
  const tell = isNeeded ? broken : look;
  const type = key === 'streamAlert' ? 'Stream' : 'App';
  const found = definitions.filter((one) => sameText(one.name, name));
  const setting = `sources.${site}.properties.${key}`;
  if (found.length === 0) {
    const remedy = `Ask the administrator of site "${site}" to make the custom property ${name} for the resource type ${type}, or correct ${setting}.`;
    return [tell(about, `The custom property ${name} is not there: ${without}.`, remedy)];
  }
  if (found.some(({ objectTypes }) => objectTypes.some((one) => sameText(one, type)))) return [];
  const remedy = `Ask the administrator of site "${site}" to tick the resource type ${type} of the custom property ${name} in the QMC.`;
  return [tell(about, `The custom property ${name} is not for the resource type ${type}: ${without}.`, remedy)];
}
