import { asRecord } from './app-content.ts';
import type { Kind } from './kinds.ts';
import type { PropertyRow } from './records.ts';
import { badRequest } from './refusal.ts';
import { nowMs, recordsOf, type SiteState } from './site-state.ts';

/**
 * The rows that a body's `customProperties` make. A row is `{value, definition: {id}}`, with or without its id.
 * Whether resent rows stay the same rows is a switch (`rowIdsOnResend`, `rowsWithoutId`).
 * @throws QrsRefusal 400 for an unknown definition, one of another object type, or a value outside its choices.
 */
export function propertyRows(
  site: SiteState,
  kind: Kind,
  before: readonly PropertyRow[],
  body: unknown,
  by: string,
): PropertyRow[] {
  if (!Array.isArray(body)) throw badRequest('Invalid value for customProperties');
  const rows = new Map<string, PropertyRow>();
  for (const item of body) {
    const { definitionId, value, id } = checkedRow(site, kind, item);
    const key = `${definitionId} ${value}`;
    if (!rows.has(key)) rows.set(key, rowFor(site, before, { definitionId, value, id }, by));
  }
  return [...rows.values()];
}

interface GivenRow {
  definitionId: string;
  value: string;
  id: string | undefined;
}

function rowFor(site: SiteState, before: readonly PropertyRow[], given: GivenRow, by: string): PropertyRow {
  const { definitionId, value, id } = given;
  const now = nowMs(site);
  const fresh = { id: site.random.guid(), createdMs: now, modifiedMs: now, modifiedBy: by, value, definitionId };
  if (site.switches.rowIdsOnResend === 'renewed') return fresh;
  const isMatch = (row: PropertyRow): boolean => row.definitionId === definitionId && row.value === value;
  const old = id === undefined ? undefined : before.find((row) => row.id === id);
  if (old !== undefined) return isMatch(old) ? old : { ...old, value, definitionId, modifiedMs: now, modifiedBy: by };
  if (id === undefined && site.switches.rowsWithoutId === 'matched-by-value') return before.find(isMatch) ?? fresh;
  return fresh;
}

function checkedRow(site: SiteState, kind: Kind, item: unknown): GivenRow {
  const { value, definition, id } = asRecord(item);
  const definitionId = asRecord(definition)['id'];
  if (typeof definitionId !== 'string') throw badRequest('A custom property value needs the id of its definition');
  const known = recordsOf(site, 'CustomPropertyDefinition').get(definitionId.toLowerCase());
  if (known === undefined) throw badRequest('Unknown custom property definition');
  const objectTypes = known.values['objectTypes'] as string[];
  if (!objectTypes.includes(kind.objectType)) throw badRequest(`The custom property is not for ${kind.objectType}`);
  if (typeof value !== 'string' || value.length > 1024) throw badRequest('Invalid value of a custom property');
  const choices = known.values['choiceValues'] as string[];
  if (choices.length > 0 && !choices.includes(value)) throw badRequest(`${value} is no choice of the custom property`);
  return { definitionId: known.id, value, id: typeof id === 'string' ? id.toLowerCase() : undefined };
}
