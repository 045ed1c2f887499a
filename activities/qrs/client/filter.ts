import { waybillError } from '../../../common/errors/catalogue.ts';

/** A filter expression of the repository API, made by the functions of this file only, so that no text can break out of it. */
export interface QrsFilter {
  readonly kind: 'term' | 'and' | 'or';
  /** As the site wants it, not yet encoded for an address. */
  readonly text: string;
}

/** A value that is written bare: a GUID. Made by `guid`. */
export interface QrsGuid {
  readonly guid: string;
}

export type QrsFilterValue = string | number | boolean | Date | QrsGuid;

type Operator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sw' | 'ew' | 'so';

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const propertyPattern = /^[a-z]\w*(\.[a-z]\w*)*$/i;

/**
 * A GUID for a filter or an address.
 * @throws WAYBILL_QRS_VALUE when `id` is not one: an empty or odd id in an address would mean another entity
 */
export function guid(id: string): QrsGuid {
  if (!guidPattern.test(id))
    throw waybillError('WAYBILL_QRS_VALUE', { value: JSON.stringify(id), kind: 'an id (GUID)' });
  return { guid: id };
}

/** Equal. Text is compared without regard to case by the site: check again where case matters (QRS facts, section 4). */
export function eq(property: string, value: QrsFilterValue): QrsFilter {
  return term(property, 'eq', value);
}

/** Not equal. */
export function ne(property: string, value: QrsFilterValue): QrsFilter {
  return term(property, 'ne', value);
}

/** Greater than. */
export function gt(property: string, value: number | Date): QrsFilter {
  return term(property, 'gt', value);
}

/** Greater than or equal. */
export function ge(property: string, value: number | Date): QrsFilter {
  return term(property, 'ge', value);
}

/** Less than. */
export function lt(property: string, value: number | Date): QrsFilter {
  return term(property, 'lt', value);
}

/** Less than or equal. */
export function le(property: string, value: number | Date): QrsFilter {
  return term(property, 'le', value);
}

/** Text that starts with `value`, without regard to case. */
export function startsWith(property: string, value: string): QrsFilter {
  return term(property, 'sw', value);
}

/** Text that ends with `value`, without regard to case. */
export function endsWith(property: string, value: string): QrsFilter {
  return term(property, 'ew', value);
}

/** Text that has `value` in it, without regard to case. */
export function contains(property: string, value: string): QrsFilter {
  return term(property, 'so', value);
}

/** All of them. @throws WAYBILL_QRS_VALUE for an empty list: the site refuses an empty expression */
export function and(...filters: readonly QrsFilter[]): QrsFilter {
  return join('and', filters);
}

/** At least one of them. @throws WAYBILL_QRS_VALUE for an empty list */
export function or(...filters: readonly QrsFilter[]): QrsFilter {
  return join('or', filters);
}

/** The property is one of these values. @throws WAYBILL_QRS_VALUE for an empty list */
export function oneOf(property: string, values: readonly QrsFilterValue[]): QrsFilter {
  return or(...values.map((value) => eq(property, value)));
}

function term(property: string, operator: Operator, value: QrsFilterValue): QrsFilter {
  if (!propertyPattern.test(property)) {
    throw waybillError('WAYBILL_QRS_VALUE', { value: JSON.stringify(property), kind: 'the name of a property' });
  }
  return { kind: 'term', text: `${property} ${operator} ${literal(value)}` };
}

function literal(value: QrsFilterValue): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Date) return quoted(isoDate(value));
  if (typeof value === 'object') return guid(value.guid).guid;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw waybillError('WAYBILL_QRS_VALUE', { value: String(value), kind: 'a whole number' });
  }
  return String(value);
}

/** The site's only escape is the backslash; doubled quotes are refused (QRS facts, section 4). */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function isoDate(date: Date): string {
  if (Number.isNaN(date.getTime()))
    throw waybillError('WAYBILL_QRS_VALUE', { value: 'an invalid date', kind: 'a date' });
  return date.toISOString();
}

function join(kind: 'and' | 'or', filters: readonly QrsFilter[]): QrsFilter {
  const [first, ...others] = filters;
  if (!first)
    throw waybillError('WAYBILL_QRS_VALUE', { value: 'an empty list', kind: `the parts of an "${kind}" filter` });
  if (others.length === 0) return first;
  const parts = filters.map((filter) =>
    filter.kind === 'term' || filter.kind === kind ? filter.text : `(${filter.text})`,
  );
  return { kind, text: parts.join(` ${kind} `) };
}
