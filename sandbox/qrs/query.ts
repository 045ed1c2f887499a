import { compileFilter } from './filter-match.ts';
import { readerOf } from './filter-paths.ts';
import type { EntityRecord, KindName } from './records.ts';
import { recordsOf, type SiteState } from './site-state.ts';

/**
 * The records that a list request finds, ordered. What was created less than the repository's lag ago is left out.
 * @throws QrsRefusal 400 for a bad filter or orderby.
 */
export function query(site: SiteState, kind: KindName, filter: string | undefined, orderBy?: string): EntityRecord[] {
  const now = Date.now();
  const found = candidates(site, kind, filter).filter((record) => record.visibleFromMs <= now);
  return orderBy === undefined || orderBy.trim() === '' ? found : order(site, kind, found, orderBy);
}

function candidates(site: SiteState, kind: KindName, filter: string | undefined): EntityRecord[] {
  const records = recordsOf(site, kind);
  if (filter === undefined) return [...records.values()];
  const compiled = compileFilter(site, kind, filter);
  const narrowed = narrow(site, records, compiled.ids, compiled.appIds);
  return narrowed.filter(compiled.matches);
}

function narrow(
  site: SiteState,
  records: Map<string, EntityRecord>,
  ids: Set<string> | undefined,
  appIds: Set<string> | undefined,
): EntityRecord[] {
  if (ids !== undefined) return [...ids].flatMap((id) => records.get(id) ?? []);
  if (appIds !== undefined) return [...appIds].flatMap((id) => [...(site.objectsOfApp.get(id)?.values() ?? [])]);
  return [...records.values()];
}

/** `name`, `+name`, `-name`, `name asc`, `name desc`; several parted by commas. */
function order(site: SiteState, kind: KindName, records: EntityRecord[], orderBy: string): EntityRecord[] {
  const keys = orderBy.split(',').map((part) => {
    const words = /^\s*(?<sign>[+-]?)(?<path>[\w.]+)(?:\s+(?<direction>asc|desc))?\s*$/iu.exec(part)?.groups;
    const isDescending = words?.['sign'] === '-' || words?.['direction']?.toLowerCase() === 'desc';
    return { reader: readerOf(site, kind, words?.['path'] ?? part), sign: isDescending ? -1 : 1 };
  });
  return records.sort((left, right) => {
    for (const { reader, sign } of keys) {
      const difference = compareValues(reader.read(left)[0] ?? null, reader.read(right)[0] ?? null);
      if (difference !== 0) return difference * sign;
    }
    return 0;
  });
}

function compareValues(left: string | number | boolean | null, right: string | number | boolean | null): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  if (typeof left === 'string' && typeof right === 'string') {
    return left.toLowerCase().localeCompare(right.toLowerCase(), 'en');
  }
  return left < right ? -1 : 1;
}
