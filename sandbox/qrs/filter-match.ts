import { type Filter, type FilterLiteral, type FilterOperator, parseFilter } from './filter-parse.ts';
import { type PathReader, readerOf } from './filter-paths.ts';
import type { EntityRecord, KindName } from './records.ts';
import { badRequest } from './refusal.ts';
import type { SiteState } from './site-state.ts';

/** A filter made ready for one entity type. */
export interface CompiledFilter {
  matches: (record: EntityRecord) => boolean;
  /** When only these ids can match (`id eq …` joined by `or`): look these up instead of going through all. */
  ids?: Set<string>;
  /** The same for `app.id eq …` on objects. */
  appIds?: Set<string>;
}

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

/**
 * The filter as a test on records. Text compares without regard to case; a list (tags, customProperties) matches
 * when any of its members does, each term for itself ("QRS facts, section 4").
 * @throws QrsRefusal 400 for a filter that cannot be parsed or compares unlike things.
 */
export function compileFilter(site: SiteState, kind: KindName, source: string): CompiledFilter {
  const filter = parseFilter(source);
  const ids = idsOf(filter, 'id');
  const appIds = kind === 'App.Object' ? idsOf(filter, 'app.id') : undefined;
  return { matches: compile(site, kind, filter, source), ...(ids && { ids }), ...(appIds && { appIds }) };
}

function compile(site: SiteState, kind: KindName, filter: Filter, source: string): (record: EntityRecord) => boolean {
  if (filter.type === 'compare') {
    const reader = readerOf(site, kind, filter.path);
    const test = comparison(site, reader, filter.operator, filter.literal, source);
    return (record) => test(reader.read(record));
  }
  const left = compile(site, kind, filter.left, source);
  const right = compile(site, kind, filter.right, source);
  if (filter.type === 'and') return (record) => left(record) && right(record);
  return (record) => left(record) || right(record);
}

type Value = string | number | boolean | null;

function comparison(
  site: SiteState,
  reader: PathReader,
  operator: FilterOperator,
  literal: FilterLiteral,
  source: string,
): (values: readonly Value[]) => boolean {
  const wanted = literalValue(site, reader, operator, literal, source);
  const one = (value: Value): boolean => compareOne(value, operator, wanted);
  if (operator === 'ne') return (values) => (values.length === 0 ? !reader.isList : values.some(one));
  return (values) => values.some(one);
}

function compareOne(value: Value, operator: FilterOperator, wanted: Value): boolean {
  if (value === null) return operator === 'ne';
  const left = typeof value === 'string' ? value.toLowerCase() : value;
  if (operator === 'eq') return left === wanted;
  if (operator === 'ne') return left !== wanted;
  if (typeof left === 'string' && typeof wanted === 'string') {
    if (operator === 'sw') return left.startsWith(wanted);
    if (operator === 'ew') return left.endsWith(wanted);
    if (operator === 'so') return left.includes(wanted);
  }
  if (wanted === null) return false;
  if (operator === 'gt') return left > wanted;
  if (operator === 'ge') return left >= wanted;
  if (operator === 'lt') return left < wanted;
  return left <= wanted;
}

function literalValue(
  site: SiteState,
  reader: PathReader,
  operator: FilterOperator,
  literal: FilterLiteral,
  source: string,
): Value {
  const refuse = (): never => {
    throw badRequest(`Cannot parse the expression: ${source}`);
  };
  const { quoted, text } = literal;
  const isText = reader.type === 'string';
  if (['sw', 'ew', 'so'].includes(operator) && !isText) return refuse();
  if (!quoted && text.toLowerCase() === 'null') return null;
  if (isText) return quoted ? text.toLowerCase() : refuse();
  if (reader.type === 'guid') {
    if (quoted && site.switches.quotedGuids === 'refused') return refuse();
    return guidPattern.test(text) ? text.toLowerCase() : refuse();
  }
  if (reader.type === 'date') {
    const ms = quoted ? parseDate(text) : undefined;
    return ms ?? refuse();
  }
  if (quoted) return refuse();
  if (reader.type === 'boolean') {
    if (operator !== 'eq' && operator !== 'ne') return refuse();
    return text.toLowerCase() === 'true' || (text.toLowerCase() === 'false' ? false : refuse());
  }
  const named = reader.enumNames?.findIndex((name) => name.toLowerCase() === text.toLowerCase()) ?? -1;
  if (named >= 0) return named;
  return /^-?\d+$/u.test(text) ? Number(text) : refuse();
}

/** A date as clients write it, with or without time and zone (UTC when without), in milliseconds. */
export function parseDate(text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?)\s*(Z|[+-]\d\d:?\d\d)?)?$/iu.exec(
    text.trim(),
  );
  if (parts === null) return undefined;
  const time = parts[2] ?? '00:00:00';
  const ms = Date.parse(`${parts[1]}T${time.replace(/(\.\d{3})\d+$/u, '$1')}${(parts[3] ?? 'Z').toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function idsOf(filter: Filter, path: string): Set<string> | undefined {
  if (filter.type === 'compare') {
    const isId = filter.path.toLowerCase() === path && filter.operator === 'eq';
    return isId ? new Set([filter.literal.text.toLowerCase()]) : undefined;
  }
  const left = idsOf(filter.left, path);
  const right = idsOf(filter.right, path);
  if (filter.type === 'and') return left ?? right;
  return left !== undefined && right !== undefined ? new Set([...left, ...right]) : undefined;
}
