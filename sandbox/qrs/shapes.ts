import { type Field, type Kind, kinds } from './kinds.ts';
import type { EntityRecord, FieldValue, KindName, PropertyRow } from './records.ts';
import { recordsOf, type SiteState } from './site-state.ts';

/** UTC with milliseconds and `Z`, as QRS writes dates. */
export function isoDate(ms: number): string {
  return new Date(ms).toISOString();
}

/** The full JSON of an entity ("App", "Stream"…). Cached; do not change it. */
export function fullShape(site: SiteState, record: EntityRecord): Record<string, unknown> {
  if (record.shape?.generation === site.generation) return record.shape.json;
  const kind = kinds[record.kind];
  const json: Record<string, unknown> = {
    id: record.id,
    createdDate: isoDate(record.createdMs),
    modifiedDate: isoDate(record.modifiedMs),
    modifiedByUserName: record.modifiedBy,
  };
  if (kind.hasRows) json['customProperties'] = record.rows.map((row) => rowShape(site, row));
  for (const [name, reference] of Object.entries(kind.refs)) {
    json[name] = referenceShape(site, reference.kind, record.refs[name] ?? null);
  }
  for (const [name, field] of Object.entries(kind.fields)) json[name] = fieldShape(field, record.values[name]);
  if (kind.hasTags)
    json['tags'] = record.tagIds.map((id) => referenceShape(site, 'Tag', id)).filter((tag) => tag !== null);
  json['privileges'] = null;
  json['schemaPath'] = kind.name;
  record.shape = { generation: site.generation, json };
  return json;
}

/** The short JSON of an entity, as in lists and references. */
export function condensedShape(site: SiteState, record: EntityRecord): Record<string, unknown> {
  const kind = kinds[record.kind];
  const json: Record<string, unknown> = { id: record.id };
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.condensed) json[name] = fieldShape(field, record.values[name]);
  }
  for (const [name, reference] of Object.entries(kind.refs)) {
    if (reference.condensed) json[name] = referenceShape(site, reference.kind, record.refs[name] ?? null);
  }
  json['privileges'] = null;
  return json;
}

/** The rights that `privileges=true` asks for; the stand-in grants all to whoever may ask. */
export function withPrivileges(kind: Kind, json: Record<string, unknown>): Record<string, unknown> {
  const app = kind.name === 'App' ? ['publish', 'export', 'exportdata', 'duplicate'] : [];
  return { ...json, privileges: ['create', 'read', 'update', 'delete', 'changeowner', ...app] };
}

function referenceShape(site: SiteState, kind: KindName, id: string | null): Record<string, unknown> | null {
  const record = id === null ? undefined : recordsOf(site, kind).get(id);
  return record === undefined ? null : condensedShape(site, record);
}

function rowShape(site: SiteState, row: PropertyRow): Record<string, unknown> {
  return {
    id: row.id,
    createdDate: isoDate(row.createdMs),
    modifiedDate: isoDate(row.modifiedMs),
    modifiedByUserName: row.modifiedBy,
    value: row.value,
    definition: referenceShape(site, 'CustomPropertyDefinition', row.definitionId),
    schemaPath: 'CustomPropertyValue',
  };
}

function fieldShape(field: Field, value: FieldValue | undefined): unknown {
  return field.type === 'date' && typeof value === 'number' ? isoDate(value) : value;
}
