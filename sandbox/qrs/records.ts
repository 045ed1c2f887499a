import type { AppContent, ContentObject } from './app-content.ts';

/** The date of "never" in the repository. */
export const neverMs = Date.parse('1753-01-01T00:00:00.000Z');
/** The id of "none". */
export const zeroGuid = '00000000-0000-0000-0000-000000000000';

/** The entity types this site keeps, by their `schemaPath`. */
export type KindName =
  | 'App'
  | 'App.Object'
  | 'Stream'
  | 'User'
  | 'Tag'
  | 'CustomPropertyDefinition'
  | 'SystemRule'
  | 'ServerNodeConfiguration'
  | 'ServiceCluster'
  | 'ReloadTask'
  | 'ExecutionResult'
  | 'Selection';

/** Dates are kept as milliseconds since 1970 on the site's own clock. */
export type FieldValue = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** One value of one custom property on one entity. */
export interface PropertyRow {
  readonly id: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly modifiedBy: string;
  readonly value: string;
  readonly definitionId: string;
}

/** One entity. Values hold its own fields by name; references, tags and property rows are kept by id. */
export interface EntityRecord {
  readonly id: string;
  readonly kind: KindName;
  createdMs: number;
  modifiedMs: number;
  /** `DIR\user` of the last writer. */
  modifiedBy: string;
  values: Record<string, FieldValue>;
  refs: Record<string, string | null>;
  tagIds: string[];
  rows: readonly PropertyRow[];
  /** Queries find it from then on (the repository's lag); on the host's clock, which no skew moves. */
  visibleFromMs: number;
  /** The full JSON shape, until the record or anything it refers to changes. */
  shape?: { generation: number; json: Record<string, unknown> };
}

/** An app: an entity and its content. */
export interface AppRecord extends EntityRecord {
  readonly kind: 'App';
  content: AppContent;
}

/** An object of an app (sheet, measure, script…). */
export interface ObjectRecord extends EntityRecord {
  readonly kind: 'App.Object';
  object: ContentObject;
}

/** A text field's value; empty when there is none. */
export function textOf(record: EntityRecord, name: string): string {
  const value = record.values[name];
  return typeof value === 'string' ? value : '';
}
