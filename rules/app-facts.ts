/** One custom property row of an app, as QRS keeps it (QRS facts, section 5). Dates are ISO 8601, UTC. */
export interface PropertyRow {
  readonly id: string;
  /** The definition's name, for example `PromoteToServer`. */
  readonly name: string;
  readonly value: string;
  readonly modifiedUtc: string;
  /** `DIR\user` of whoever wrote this row. */
  readonly modifiedBy: string;
}

export interface StreamRef {
  readonly id: string;
  readonly name: string;
}

export interface OwnerRef {
  readonly id: string;
  readonly directory: string;
  readonly userId: string;
  readonly name: string;
}

/** What the rules look at of an app on its source site. Never published: `publishedAtUtc` is undefined. */
export interface AppFacts {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly stream?: StreamRef;
  readonly publishedAtUtc?: string;
  readonly reloadedAtUtc?: string;
  readonly modifiedUtc: string;
  readonly modifiedBy: string;
  readonly owner: OwnerRef;
  readonly rows: readonly PropertyRow[];
  readonly tags: readonly string[];
  readonly sizeBytes: number;
}

/** `DIR\user` as Qlik writes it. */
export function accountOf(owner: { readonly directory: string; readonly userId: string }): string {
  return `${owner.directory}\\${owner.userId}`;
}

/** Accounts, property words and names compare trimmed and in any case, as QRS itself does for strings. */
export function sameText(left: string, right: string): boolean {
  return fold(left) === fold(right);
}

/** The form under which two texts that count as the same are equal. */
export function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** The row written last; of rows written at the same moment always the same one, in whatever order they come. */
export function latestRow(rows: readonly PropertyRow[]): PropertyRow | undefined {
  const place = (row: PropertyRow): string => `${row.modifiedUtc} ${row.id}`;
  return rows.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)).at(-1);
}
