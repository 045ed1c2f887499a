import { type Field, type Kind, kinds } from './kinds.ts';
import type { EntityRecord, KindName } from './records.ts';
import { QrsRefusal } from './refusal.ts';
import { recordsOf, type SiteState } from './site-state.ts';

type Value = string | number | boolean | null;

/** How to read what a dotted path means on a record of one type. */
export interface PathReader {
  type: 'string' | 'guid' | 'date' | 'boolean' | 'integer';
  /** Leads through tags, property rows or a list of texts. */
  isList: boolean;
  enumNames?: readonly string[] | undefined;
  /** All values; none when a reference on the way is empty. */
  read(record: EntityRecord): readonly Value[];
}

/**
 * The reader for a path such as `stream.name`, `tags.name` or `customProperties.definition.name`.
 * @throws QrsRefusal when the type has no such property (code: switch `unknownPropertyCode`).
 */
export function readerOf(site: SiteState, kindName: KindName, path: string): PathReader {
  const refuse = (): never => {
    throw new QrsRefusal(site.switches.unknownPropertyCode, `Unknown property: ${path}`);
  };
  return resolve(site, kinds[kindName], path.split('.')) ?? refuse();
}

function resolve(site: SiteState, kind: Kind, segments: string[]): PathReader | undefined {
  const [head = '', ...rest] = segments;
  const wanted = head.toLowerCase();
  if (rest.length === 0) return ownReader(kind, wanted);
  if (kind.hasTags && wanted === 'tags') return tagReader(site, rest);
  if (kind.hasRows && wanted === 'customproperties') return rowReader(site, rest);
  const name = Object.keys(kind.refs).find((ref) => ref.toLowerCase() === wanted);
  const reference = name === undefined ? undefined : kind.refs[name];
  if (name === undefined || reference === undefined) return undefined;
  const inner = resolve(site, kinds[reference.kind], rest);
  const records = recordsOf(site, reference.kind);
  return (
    inner && {
      ...inner,
      read: (record) => {
        const target = records.get(record.refs[name] ?? '');
        return target === undefined ? [] : inner.read(target);
      },
    }
  );
}

function ownReader(kind: Kind, wanted: string): PathReader | undefined {
  if (wanted === 'id') return { type: 'guid', isList: false, read: (record) => [record.id] };
  if (wanted === 'createddate') return { type: 'date', isList: false, read: (record) => [record.createdMs] };
  if (wanted === 'modifieddate') return { type: 'date', isList: false, read: (record) => [record.modifiedMs] };
  if (wanted === 'modifiedbyusername') return { type: 'string', isList: false, read: (record) => [record.modifiedBy] };
  const found = Object.entries(kind.fields).find(([name]) => name.toLowerCase() === wanted);
  return found && fieldReader(found[0], found[1]);
}

function fieldReader(name: string, field: Field): PathReader | undefined {
  if (field.type === 'objects' || field.type === 'object') return undefined;
  if (field.type === 'strings') {
    return { type: 'string', isList: true, read: (record) => (record.values[name] ?? []) as string[] };
  }
  return {
    type: field.type,
    isList: false,
    enumNames: field.enumNames,
    read: (record) => [(record.values[name] ?? null) as Value],
  };
}

function tagReader(site: SiteState, rest: string[]): PathReader | undefined {
  const inner = resolve(site, kinds.Tag, rest);
  const tags = recordsOf(site, 'Tag');
  return (
    inner && { ...inner, isList: true, read: (record) => record.tagIds.flatMap((id) => readFrom(tags.get(id), inner)) }
  );
}

function rowReader(site: SiteState, rest: string[]): PathReader | undefined {
  const [head = '', ...deeper] = rest.map((segment) => segment.toLowerCase());
  if (head === 'definition') {
    const inner = resolve(site, kinds.CustomPropertyDefinition, deeper);
    const definitions = recordsOf(site, 'CustomPropertyDefinition');
    return (
      inner && {
        ...inner,
        isList: true,
        read: (record) => record.rows.flatMap((row) => readFrom(definitions.get(row.definitionId), inner)),
      }
    );
  }
  if (deeper.length > 0) return undefined;
  if (head === 'id') return { type: 'guid', isList: true, read: (record) => record.rows.map((row) => row.id) };
  if (head === 'value') return { type: 'string', isList: true, read: (record) => record.rows.map((row) => row.value) };
  if (head === 'modifiedbyusername') {
    return { type: 'string', isList: true, read: (record) => record.rows.map((row) => row.modifiedBy) };
  }
  if (head === 'createddate')
    return { type: 'date', isList: true, read: (record) => record.rows.map((row) => row.createdMs) };
  if (head !== 'modifieddate') return undefined;
  return { type: 'date', isList: true, read: (record) => record.rows.map((row) => row.modifiedMs) };
}

function readFrom(record: EntityRecord | undefined, reader: PathReader): readonly Value[] {
  return record === undefined ? [] : reader.read(record);
}
