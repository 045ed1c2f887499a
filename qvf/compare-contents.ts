import type { ContentKind, QvfContents, QvfItem } from './contents.ts';
import { changedParts } from './changed-parts.ts';
import { nameForPeople } from './people-names.ts';
import { type ContentScope, countedItems } from './scope.ts';

/** One piece in which two files differ, as people call it. */
export interface Difference {
  readonly kind: ContentKind;
  readonly objectType: string;
  readonly title: string;
  /** `sheet "Overview"`. */
  readonly name: string;
  /** What changed within it, as far as it can be told: `barchart "Sales" was changed`. */
  readonly details: readonly string[];
}

export interface Comparison {
  /** True when nothing is missing, added, changed or renumbered. */
  readonly equal: boolean;
  /** Exported, and not standing there. */
  readonly missing: readonly Difference[];
  /** Standing there, and not exported. */
  readonly added: readonly Difference[];
  readonly changed: readonly Difference[];
  /** The same under another id. That an import keeps ids is not proven; what refers to such an object may miss it. */
  readonly renumbered: readonly Difference[];
  /** Differs only in what upgrades of client or engine rewrite; no difference to anybody. */
  readonly rewritten: readonly Difference[];
}

/**
 * How what stands differs from what was exported. Decided by approved base objects, the script, variables, images and
 * the app's looks; its title and description, owners, dates, reload times and data are left out.
 */
export function compareContents(
  exported: QvfContents,
  standing: QvfContents,
  scopes: { readonly exported?: ContentScope; readonly standing?: ContentScope } = {},
): Comparison {
  const before = countedItems(exported, scopes.exported ?? {});
  const after = countedItems(standing, scopes.standing ?? {});
  const both = [...before].flatMap(([key, item]) => {
    const other = after.get(key);
    return other === undefined ? [] : [[item, other] as const];
  });
  const changed = both.filter(([item, other]) => item.coreSha256 !== other.coreSha256);
  const rewritten = both.filter(
    ([item, other]) => item.coreSha256 === other.coreSha256 && item.sha256 !== other.sha256,
  );
  const { left, right, pairs } = pairByContent(without(before, after), without(after, before));
  return {
    equal: changed.length + left.length + right.length + pairs.length === 0,
    missing: told(left),
    added: told(right),
    changed: inOrder(changed.map(([item, other]) => difference(item, changedParts(item.parts, other.parts)))),
    renumbered: told(pairs),
    rewritten: told(rewritten.map(([item]) => item)),
  };
}

/** What of two lists of unmatched pieces is the same but for its id. */
function pairByContent(left: readonly QvfItem[], right: readonly QvfItem[]) {
  const contentOf = (item: QvfItem): string => `${item.type}\t${item.coreSha256}`;
  const open = new Map<string, QvfItem[]>();
  for (const item of right) {
    const alike = open.get(contentOf(item));
    if (alike === undefined) open.set(contentOf(item), [item]);
    else alike.push(item);
  }
  const pairs = left.filter((item) => item.kind === 'object' && open.get(contentOf(item))?.pop() !== undefined);
  const paired = new Set(pairs);
  return { pairs, left: left.filter((item) => !paired.has(item)), right: [...open.values()].flat() };
}

function without(items: ReadonlyMap<string, QvfItem>, others: ReadonlyMap<string, QvfItem>): QvfItem[] {
  return [...items].filter(([key]) => !others.has(key)).map(([, item]) => item);
}

function told(items: readonly QvfItem[]): Difference[] {
  return inOrder(items.map((item) => difference(item, [])));
}

function difference(item: QvfItem, details: readonly string[]): Difference {
  const { kind, objectType, title } = item;
  return { kind, objectType, title, name: nameForPeople(item), details };
}

function inOrder(differences: Difference[]): Difference[] {
  return differences.sort((left, right) => (left.name < right.name ? -1 : Number(left.name > right.name)));
}
