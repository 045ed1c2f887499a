import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import { z } from 'zod';
import { waybillError } from '../../common/errors/catalogue.ts';
import { valueAt } from '../findings.ts';
import { pathText, type SettingPath } from '../problem.ts';
import { configSchema } from '../schema.ts';
import { schemaAt } from '../shape.ts';
import { inItsOwnLines } from './own-lines.ts';

/** One setting of the file and what it is to be; without a value it is taken out. */
export interface Edit {
  readonly path: SettingPath;
  readonly value?: unknown;
}

/**
 * The text of a configuration file after edits. Comments, order and what else somebody wrote stay as they are, line by
 * line; a group that becomes empty is taken out where that means the same.
 * @throws WAYBILL_SETTINGS_NOT_IN_PLACE where a setting comes from an anchor or a merged group, which a form cannot change
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const unix = text.replaceAll('\r\n', '\n');
  const document = read(unix);
  const before = printed(document, unix);
  for (const edit of edits) applyEdit(document, edit);
  const after = printed(document, unix);
  const inPlace = inItsOwnLines(unix, before, after);
  const made = inPlace !== undefined && saysTheSame(inPlace, after) ? inPlace : after;
  const value: unknown = read(made).toJS();
  const failed = edits.find(({ path, value: wanted }) => !isDeepStrictEqual(valueAt(value, path), wanted));
  if (failed) throw waybillError('WAYBILL_SETTINGS_NOT_IN_PLACE', { setting: pathText(failed.path) });
  return text.includes('\r\n') ? made.replaceAll('\n', '\r\n') : made;
}

function read(text: string): Document {
  return parseDocument(text, { merge: true, prettyErrors: false });
}

/** As the library writes a document: the same for the same, but for the spaces that somebody put in. */
function printed(document: Document, like: string): string {
  const indent = /^( +)\S/m.exec(like.replaceAll(/^\s*#.*$/gm, ''))?.[1]?.length ?? 2;
  const indentSeq = !/^( *)[^\s#-][^\n]*:\n\1- /m.test(like);
  return document.toString({ lineWidth: 0, indent: Math.min(indent, 8), indentSeq, flowCollectionPadding: false });
}

function saysTheSame(one: string, other: string): boolean {
  const [first, second] = [read(one), read(other)];
  return first.errors.length === 0 && isDeepStrictEqual(first.toJS(), second.toJS());
}

function applyEdit(document: Document, { path, value }: Edit): void {
  if (value === undefined) return remove(document, path);
  makeWay(document, path);
  const present = document.getIn(path, true);
  if (isAlias(present)) throw waybillError('WAYBILL_SETTINGS_NOT_IN_PLACE', { setting: pathText(path) });
  if (Array.isArray(value)) return document.setIn(path, listNode(document, present, value));
  if (isScalar(present) && typeof value !== 'object') {
    present.value = value;
    return;
  }
  document.setIn(path, document.createNode(value));
}

/** Groups on the way that are not there, or stand empty, become groups. */
function makeWay(document: Document, path: SettingPath): void {
  if (!isMap(document.contents)) document.contents = new YAMLMap() as typeof document.contents;
  for (let length = 1; length < path.length; length += 1) {
    const at = path.slice(0, length);
    const node = document.getIn(at, true);
    if (isAlias(node)) throw waybillError('WAYBILL_SETTINGS_NOT_IN_PLACE', { setting: pathText(at) });
    if (isMap(node)) {
      if (node.items.length === 0) node.flow = false;
      continue;
    }
    document.setIn(at, new YAMLMap());
  }
}

/** A list that keeps what is said beside the entries that stay. */
function listNode(document: Document, present: unknown, values: readonly unknown[]): YAMLSeq {
  const before = isSeq(present) ? present : undefined;
  const node = before ?? new YAMLSeq();
  const items = before?.items ?? [];
  node.items = values.map(
    (value) => items.find((item) => isScalar(item) && item.value === value) ?? document.createNode(value),
  );
  if (!before) node.flow = values.join(', ').length < 80;
  return node;
}

function remove(document: Document, path: SettingPath): void {
  if (document.hasIn(path)) document.deleteIn(path);
  const above = path.slice(0, -1);
  if (above.length === 0) return;
  const node = document.getIn(above, true);
  const schema = schemaAt(configSchema, above);
  if (isMap(node) && node.items.length === 0 && schema instanceof z.ZodPrefault) remove(document, above);
}
