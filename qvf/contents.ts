/** What a piece of an app is: an object of it, or what stands around its objects. */
export type ContentKind = 'object' | 'script' | 'properties' | 'variable' | 'media';

/** A part of a piece that people know by its own name: a chart of a sheet, a tab of the script. */
export interface QvfPart {
  readonly id: string;
  /** `chart` kinds as Qlik calls them (`barchart`, `kpi`), or `tab`. */
  readonly objectType: string;
  readonly title: string;
  /** Hex; what upgrades rewrite is left out. */
  readonly coreSha256: string;
}

/** One piece of an app. */
export interface QvfItem {
  readonly kind: ContentKind;
  /** The type in the container, such as `GenericAppObjectEntry`; with `id`, it names the piece. */
  readonly type: string;
  /** Of an object its `qId` (the repository's engineObjectId), of a variable its name, else the name of its entry. */
  readonly id: string;
  /** For people: `sheet`, `masterobject`, `measure`, `dimension`, `bookmark`, `story`, `script`, `variable`, … */
  readonly objectType: string;
  /** For people; empty where it has none. */
  readonly title: string;
  /** Hex, of the canonical content: the order of keys, children and cells means nothing. */
  readonly sha256: string;
  /** The same without the piece's own id and without what upgrades of client and engine rewrite. */
  readonly coreSha256: string;
  /** Charts of a sheet or story, tabs of the script; no others have any. */
  readonly parts: readonly QvfPart[];
  /**
   * What the file itself says of approval. It was false for every object of every file seen, base objects among
   * them: shown, never decided by (QRS facts, section 6: an export does not carry it).
   */
  readonly declaredApproved?: boolean;
  /** True for a variable that the script sets: a reload alone changes it. */
  readonly isSetByScript?: boolean;
}

/** What one app file holds: all of it, or there is an error instead. */
export interface QvfContents {
  /** What the caller calls the file or app. */
  readonly fileName: string;
  readonly sizeBytes: number;
  /** `qSavedInProductVersion`, such as `12.763.3`; the oldest files have none. */
  readonly productVersion?: string;
  readonly appTitle?: string;
  /** Id of the app the file was made from, where the file tells. */
  readonly sourceAppId?: string;
  /** True when the file holds a data model, of `dataSizeBytes` bytes. The model itself is not read. */
  readonly hasData: boolean;
  readonly dataSizeBytes: number;
  /** Entries outside the data model, technical ones among them. */
  readonly entryCount: number;
  /** Sheets, master items, stories, bookmarks and the like. */
  readonly objects: readonly QvfItem[];
  /** Script, app properties, variables and images. */
  readonly surroundings: readonly QvfItem[];
}
