import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isJsonObject, type JsonObject } from './bounded-json.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { QvfItem, QvfPart } from './contents.ts';

const TITLE_CHARS = 120;
const TAB_MARK = '///$tab ';

/** Of the app's properties these count (QVF facts, section 6), without its title and description. */
const COUNTED_PROPERTIES = ['dynamicColor', 'qThumbnail'];

const kindsByType: Readonly<Record<string, string>> = {
  GenericMeasureProperties: 'measure',
  GenericDimensionProperties: 'dimension',
  GenericBookmarkEntry: 'bookmark',
};

const text = z.string().optional().catch(undefined);
const part = z.object({
  qInfo: z.object({ qId: text, qType: text }).catch({}).default({}),
  qMetaDef: z.object({ title: text }).catch({}).default({}),
  title: text,
  visualization: text,
});
const object = z.object({
  qMetaData: z.object({ qType: text }).catch({}).default({}),
  qInfo: z.object({ qId: text, qType: text }).catch({}).default({}),
  qMetaDef: z.object({ title: text }).catch({}).default({}),
  qRoot: z
    .object({ qProperty: part.optional().catch(undefined), qChildren: z.array(z.unknown()).catch([]).default([]) })
    .optional()
    .catch(undefined),
});
const variables = z.object({
  qEntryList: z.array(z.object({ qProperties: z.looseObject({ qName: z.string() }) })).default([]),
});

/** What the entry of an object adds to its JSON. */
export interface EntryWords {
  readonly type: string;
  readonly id: string;
  /** Title and kind as the entry says them, for what has none inside. */
  readonly title: string;
  readonly objectType: string;
  readonly declaredApproved?: boolean;
}

/** Told how many parts are about to be made; throws when they are too many. */
type CountParts = (count: number) => void;

/** A JSON object of the app; the id inside it, where it has one, is `innerId`. */
export function objectItem(
  json: JsonObject,
  entry: EntryWords,
  countParts: CountParts,
): { item: QvfItem; innerId?: string } {
  const { qMetaData, qInfo, qMetaDef, qRoot } = object.parse(json);
  const root = qRoot?.qProperty;
  const objectType = qMetaData.qType ?? root?.qInfo.qType ?? qInfo.qType ?? (entry.objectType || entry.type);
  const children = objectType === 'sheet' || objectType === 'story' ? (qRoot?.qChildren ?? []) : [];
  countParts(children.length);
  const item: QvfItem = {
    kind: 'object',
    type: entry.type,
    id: entry.id,
    objectType: shortened(objectType),
    title: shortened(root?.qMetaDef.title ?? qMetaDef.title ?? entry.title),
    sha256: canonicalHash(json, { isCore: false }),
    coreSha256: canonicalHash(json, { isCore: true, ownId: entry.id }),
    parts: children.map(childPart),
    ...(entry.declaredApproved === undefined ? {} : { declaredApproved: entry.declaredApproved }),
  };
  return { item, innerId: root?.qInfo.qId ?? qInfo.qId };
}

/** A piece of which only the bytes are known: a bookmark, an image. */
export function binaryItem(kind: 'object' | 'media', sha256: string, entry: EntryWords): QvfItem {
  return {
    kind,
    type: entry.type,
    id: entry.id,
    objectType: kind === 'media' ? 'image' : shortened(entry.objectType || (kindsByType[entry.type] ?? entry.type)),
    title: shortened(kind === 'media' ? entry.id : entry.title),
    sha256,
    coreSha256: sha256,
    parts: [],
    ...(entry.declaredApproved === undefined ? {} : { declaredApproved: entry.declaredApproved }),
  };
}

/** The script, with LF as its line ends; a part for each of its tabs. */
export function scriptItem(
  json: JsonObject,
  entry: EntryWords,
  countParts: CountParts,
): { item: QvfItem; script: string } {
  const { qScript } = json;
  const script = (typeof qScript === 'string' ? qScript : '').replaceAll('\r\n', '\n');
  countParts(countTabs(script));
  const parts = script.split(TAB_MARK).flatMap((tab, index): QvfPart[] => {
    if (index === 0 && tab.trim() === '') return [];
    const title = index === 0 ? '' : (tab.split('\n', 1)[0] ?? '').trim();
    return [{ id: shortened(title), objectType: 'tab', title: shortened(title), coreSha256: sha256Of(tab) }];
  });
  const sha256 = sha256Of(script);
  const item: QvfItem = { ...named(entry, 'script', 'script'), sha256, coreSha256: sha256, parts };
  return { item, script };
}

/** The app's properties, as far as they count. */
export function propertiesItem(json: JsonObject, entry: EntryWords): QvfItem {
  const counted = Object.fromEntries(COUNTED_PROPERTIES.map((key) => [key, json[key] ?? '']));
  return {
    ...named(entry, 'properties', 'app properties'),
    sha256: canonicalHash(counted, { isCore: false }),
    coreSha256: canonicalHash(counted, { isCore: true }),
    parts: [],
  };
}

/** The app's variables by name, without their present values; undefined when the list is not as known. */
export function variableItems(json: JsonObject, entry: EntryWords, countParts: CountParts): QvfItem[] | undefined {
  const { success, data } = variables.safeParse(json);
  if (!success) return undefined;
  countParts(data.qEntryList.length);
  return data.qEntryList.map(({ qProperties }): QvfItem => {
    // A variable is referred to by its name; its id stands for nothing.
    const { qInfo: _qInfo, ...properties } = qProperties;
    return {
      kind: 'variable',
      type: entry.type,
      id: qProperties.qName,
      objectType: 'variable',
      title: shortened(qProperties.qName),
      sha256: canonicalHash(properties, { isCore: false }),
      coreSha256: canonicalHash(properties, { isCore: true }),
      parts: [],
    };
  });
}

function named(entry: EntryWords, kind: 'script' | 'properties', objectType: string) {
  return { kind, type: entry.type, id: entry.id, objectType, title: '' } as const;
}

function countTabs(script: string): number {
  let count = 0;
  for (let at = script.indexOf(TAB_MARK); at >= 0; at = script.indexOf(TAB_MARK, at + 1)) count += 1;
  return count;
}

function childPart(child: unknown): QvfPart {
  const known = part.safeParse(isJsonObject(child) ? child['qProperty'] : undefined).data;
  return {
    id: shortened(known?.qInfo.qId ?? ''),
    objectType: shortened(known?.visualization ?? known?.qInfo.qType ?? 'object'),
    title: shortened(known?.title ?? known?.qMetaDef.title ?? ''),
    coreSha256: canonicalHash(child, { isCore: true }),
  };
}

function shortened(words: string): string {
  return words.length <= TITLE_CHARS ? words : `${words.slice(0, TITLE_CHARS - 1)}…`;
}

function sha256Of(words: string): string {
  return createHash('sha256').update(words).digest('hex');
}
