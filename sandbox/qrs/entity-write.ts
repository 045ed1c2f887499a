import { type Actor, mustBeAllowed } from './actors.ts';
import { asRecord } from './app-content.ts';
import { type Field, type Kind, kinds } from './kinds.ts';
import { parseDate } from './filter-match.ts';
import { propertyRows } from './property-rows.ts';
import type { EntityRecord, FieldValue } from './records.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import { isoDate } from './shapes.ts';
import { blankRecord, committed, recordsOf, type SiteState, stamp, store, unstore } from './site-state.ts';

/** What a body makes of a record, checked as a whole before anything is written. */
export interface Draft {
  values: Record<string, FieldValue>;
  refs: Record<string, string | null>;
  tagIds: string[];
  rows: EntityRecord['rows'];
}

/**
 * The record with that id.
 * @throws QrsRefusal 404.
 */
export function mustFind(site: SiteState, kind: Kind, id: string): EntityRecord {
  const record = recordsOf(site, kind.name).get(id.toLowerCase());
  if (record === undefined) throw new QrsRefusal(404, site.switches.notFoundText);
  return record;
}

/**
 * Holds a PUT body against what is stored ("QRS facts, section 2, Conflict").
 * @throws QrsRefusal 400 for another id or a date that is none; 409 with an array for a missing or older modifiedDate.
 */
export function checkConflict(record: EntityRecord, body: Record<string, unknown>): void {
  const id = body['id'];
  if (typeof id !== 'string' || id.toLowerCase() !== record.id)
    throw badRequest('The id of the body is not the id of the path');
  const given = body['modifiedDate'];
  const ms = typeof given === 'string' ? parseDate(given) : undefined;
  if (typeof given === 'string' && ms === undefined) throw badRequest(`Invalid date: ${given}`);
  if (ms !== undefined && ms >= record.modifiedMs) return;
  const { modifiedBy, modifiedMs, values } = record;
  throw new QrsRefusal(409, [
    { id: record.id, name: values['name'] ?? '', modifiedByUserName: modifiedBy, modifiedDate: isoDate(modifiedMs) },
  ]);
}

/**
 * The record that the body describes. Missing fields take their defaults, or stay, as the switch says.
 * @throws QrsRefusal 400 for anything that does not fit.
 */
export function draftOf(site: SiteState, record: EntityRecord, body: Record<string, unknown>, by: string): Draft {
  const kind = kinds[record.kind];
  const keeps = site.switches.omittedFields === 'kept';
  const draft: Draft = { values: {}, refs: {}, tagIds: record.tagIds, rows: record.rows };
  for (const [name, field] of Object.entries(kind.fields)) {
    const before = record.values[name] ?? field.initial;
    const isGiven = body[name] !== undefined && body[name] !== null;
    if (field.readonly || (!isGiven && keeps)) draft.values[name] = before;
    else draft.values[name] = isGiven ? checkedField(name, field, body[name]) : initialOf(name, field);
  }
  for (const [name, reference] of Object.entries(kind.refs)) {
    draft.refs[name] = referenceOf(site, reference.kind, body[name]) ?? null;
    const isGone = draft.refs[name] === null && (reference.required || (keeps && body[name] === undefined));
    if (isGone) draft.refs[name] = record.refs[name] ?? null;
  }
  if (kind.hasTags && (body['tags'] !== undefined || !keeps)) draft.tagIds = tagsOf(site, body['tags']);
  if (kind.hasRows && (body['customProperties'] !== undefined || !keeps)) {
    draft.rows = propertyRows(site, kind, record.rows, body['customProperties'] ?? [], by);
  }
  return draft;
}

/** The names of what differs: own fields first, then references and lists. */
export function differences(record: EntityRecord, draft: Draft): { fields: string[]; references: string[] } {
  const fields = Object.keys(draft.values).filter((name) => !isSame(draft.values[name], record.values[name]));
  const references = Object.keys(draft.refs).filter((name) => draft.refs[name] !== record.refs[name]);
  if (!isSame([...draft.tagIds].sort(), [...record.tagIds].sort())) references.push('tags');
  if (!isSame(draft.rows, record.rows)) references.push('customProperties');
  return { fields, references };
}

/** Writes the draft into the record. */
function applyDraft(record: EntityRecord, draft: Draft): void {
  Object.assign(record.values, draft.values);
  Object.assign(record.refs, draft.refs);
  record.tagIds = draft.tagIds;
  record.rows = draft.rows;
}

/**
 * Writes the draft into the record as one change of one moment: rows that it made bear the record's new date. Whether a
 * real repository dates the two alike is not known.
 */
export function saveDraft(site: SiteState, record: EntityRecord, draft: Draft, by: string): void {
  const standing = new Set(record.rows);
  applyDraft(record, draft);
  stamp(site, record, by);
  const { modifiedMs } = record;
  record.rows = record.rows.map((row) => {
    if (standing.has(row)) return row;
    return { ...row, modifiedMs, createdMs: row.createdMs === row.modifiedMs ? modifiedMs : row.createdMs };
  });
}

/** Adds an entity from a POST body; the caller becomes its owner when none is given. */
export function postEntity(site: SiteState, actor: Actor, kind: Kind, body: Record<string, unknown>): EntityRecord {
  mustBeAllowed(site, actor);
  const record = blankRecord(site, kind, actor.name);
  if ('owner' in kind.refs) record.refs['owner'] = actor.userId ?? anyUserId(site);
  applyDraft(record, draftOf(site, record, body, actor.name));
  record.visibleFromMs = Date.now() + site.switches.visibilityLagMs;
  store(site, record);
  committed(site, record, { changeType: 1, action: `add-${kind.path}`, by: actor.name });
  return record;
}

/** Changes an entity by a PUT body, under the conflict rule. Not for apps. */
export function putEntity(site: SiteState, actor: Actor, record: EntityRecord, body: Record<string, unknown>): void {
  mustBeAllowed(site, actor, record);
  checkConflict(record, body);
  const draft = draftOf(site, record, body, actor.name);
  const { fields, references } = differences(record, draft);
  saveDraft(site, record, draft, actor.name);
  const changedProperties = ['modifiedDate', ...fields];
  const action = `update-${kinds[record.kind].path}`;
  committed(site, record, { changeType: 2, action, by: actor.name, changedProperties, details: { references } });
}

/** Takes an entity out. */
export function deleteEntity(site: SiteState, actor: Actor, record: EntityRecord): void {
  mustBeAllowed(site, actor, record);
  unstore(site, record);
  letGo(site, record);
  committed(site, record, { changeType: 3, action: `delete-${kinds[record.kind].path}`, by: actor.name });
}

/** Takes a deleted tag or definition off everything, and gives what a deleted user owned to another. */
function letGo(site: SiteState, gone: EntityRecord): void {
  if (gone.kind !== 'Tag' && gone.kind !== 'CustomPropertyDefinition' && gone.kind !== 'User') return;
  const heir = anyUserId(site);
  for (const record of [...site.records.values()].flatMap((records) => [...records.values()])) {
    record.tagIds = record.tagIds.filter((id) => id !== gone.id);
    record.rows = record.rows.filter((row) => row.definitionId !== gone.id);
    if (record.refs['owner'] === gone.id) record.refs['owner'] = heir;
  }
}

/** Some user, for owners of what the repository itself makes. */
export function anyUserId(site: SiteState): string | null {
  return recordsOf(site, 'User').keys().next().value ?? null;
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

function initialOf(name: string, field: Field): FieldValue {
  if (field.required && field.initial === '') throw badRequest(`${name} is required`);
  return field.initial;
}

function checkedField(name: string, field: Field, value: unknown): FieldValue {
  const checked = fieldValue(field, value);
  if (checked === undefined) throw badRequest(`Invalid value for ${name}`);
  return checked;
}

function fieldValue(field: Field, value: unknown): FieldValue | undefined {
  if (field.type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (field.type === 'integer') return Number.isSafeInteger(value) ? (value as number) : undefined;
  if (field.type === 'objects') return Array.isArray(value) ? value : undefined;
  if (field.type === 'object') return typeof value === 'object' && value !== null ? asRecord(value) : undefined;
  if (field.type === 'strings') {
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (field.type === 'date') return parseDate(value);
  const isFit = value.length >= (field.minLength ?? 0) && value.length <= (field.maxLength ?? Infinity);
  return isFit ? value : undefined;
}

/** The id of a `{id}`; clients also send `{}` for "none given". */
function referenceOf(site: SiteState, kind: EntityRecord['kind'], value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const id = asRecord(value)['id'];
  if (id === undefined && typeof value === 'object') return undefined;
  if (typeof id !== 'string' || !recordsOf(site, kind).has(id.toLowerCase())) throw badRequest(`Unknown ${kind}`);
  return id.toLowerCase();
}

function tagsOf(site: SiteState, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest('Invalid value for tags');
  return [...new Set(value.flatMap((item) => referenceOf(site, 'Tag', item) ?? []))];
}
