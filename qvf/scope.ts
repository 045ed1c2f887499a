import { numbered } from './numbered.ts';
import type { ContentKind, QvfContents, QvfItem } from './contents.ts';

/** Which pieces of an app count. */
export interface ContentScope {
  /**
   * Ids of the approved base objects, as the repository lists them (`engineObjectId`). Without it every object in the
   * file counts, which is right for a file that was exported with the scope "approved": the file itself does not tell
   * which of its objects are approved.
   */
  readonly approvedIds?: ReadonlySet<string>;
  /** Kinds that count; all by default. */
  readonly kinds?: readonly ContentKind[];
}

/**
 * The pieces that count, by type and id; of several with the same name the later ones are numbered. Variables that the
 * script sets are left out: a reload alone changes them.
 */
export function countedItems(contents: QvfContents, scope: ContentScope): ReadonlyMap<string, QvfItem> {
  const counted = [...contents.objects, ...contents.surroundings].filter((item) => isCounted(item, scope));
  const inOrder = counted.toSorted((left, right) =>
    left.coreSha256 < right.coreSha256 ? -1 : Number(left.coreSha256 > right.coreSha256),
  );
  return numbered(inOrder, (item) => JSON.stringify([item.type, item.id]));
}

function isCounted(item: QvfItem, { approvedIds, kinds }: ContentScope): boolean {
  if (kinds !== undefined && !kinds.includes(item.kind)) return false;
  if (item.isSetByScript === true) return false;
  return item.kind !== 'object' || approvedIds === undefined || approvedIds.has(item.id);
}
