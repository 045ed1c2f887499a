import { createHash } from 'node:crypto';
import { readQvf } from '../qvf/read-qvf.ts';
import type { QvfContent } from '../qvf/write-qvf.ts';

/** One object of an app as the file holds it, with what the repository says about it. */
export interface ContentObject {
  readonly engineObjectId: string;
  readonly type: QvfContent['objects'][number]['type'];
  readonly json: unknown;
  readonly objectType: string;
  readonly title: string;
  readonly description: string;
  /** SHA-256 of the JSON, base64. */
  readonly contentHash: string;
  /** What the repository shows instead (switch `contentHashOnImport`). */
  readonly shownHash?: string;
  readonly sizeBytes: number;
}

/** What an app is besides its entity and its objects. Never changed in place: copies may share it. */
export interface AppContent {
  readonly appProperties: Readonly<Record<string, unknown>>;
  readonly script: string;
  readonly dataSizeBytes: number;
  readonly dataSeed: number;
  /** Bytes of a file whose data cannot be made again: exported as they are while its objects are unchanged. */
  readonly original?: OriginalFile;
}

/** An uploaded file kept on disk; copies refer to the same one. */
export interface OriginalFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** The `engineObjectId` of an app's load script. */
export const scriptObjectId = 'app_appscript';

/** The object as the repository sees it; the hash covers the JSON alone. */
export function contentObject(object: QvfContent['objects'][number]): ContentObject {
  const text = JSON.stringify(object.json) ?? 'null';
  const { type, title, description } = describe(object);
  return {
    engineObjectId: object.id,
    type: object.type,
    json: object.json,
    objectType: type,
    title,
    description,
    contentHash: createHash('sha256').update(text).digest('base64'),
    sizeBytes: Buffer.byteLength(text),
  };
}

/** The load script as an object of the app, so that its change shows in the object list. */
export function scriptObject(script: string): ContentObject {
  const json = { qScript: script };
  const object = contentObject({ id: scriptObjectId, type: 'GenericAppObjectEntry', json });
  return { ...object, objectType: 'app_appscript', title: '' };
}

function describe(object: QvfContent['objects'][number]): { type: string; title: string; description: string } {
  const json = asRecord(object.json);
  const property = asRecord(asRecord(json['qRoot'])['qProperty'] ?? json);
  const meta = asRecord(property['qMetaDef']);
  const info = asRecord(property['qInfo']);
  const entryType = asRecord(json['qMetaData'])['qType'] ?? info['qType'];
  return {
    type: typeof entryType === 'string' ? entryType : 'unknown',
    title: typeof meta['title'] === 'string' ? meta['title'] : '',
    description: typeof meta['description'] === 'string' ? meta['description'].slice(0, 512) : '',
  };
}

/** The value as a record; an empty one when it is none. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** SHA-256 (hex) over the sorted (type, id, hash) list and the script: equal content, equal hash. Data is no part. */
export function hashObjects(objects: Iterable<ContentObject>): string {
  const lines = [...objects].map((object) => `${object.type}\t${object.engineObjectId}\t${object.contentHash}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** What an uploaded file holds. Throws when it is no whole app. */
export async function readAppFile(
  file: string,
  sizeBytes: number,
): Promise<{ content: AppContent; objects: ContentObject[] }> {
  const qvf = await readQvf(file);
  const content = {
    appProperties: qvf.appProperties,
    script: qvf.script,
    dataSizeBytes: qvf.dataSizeBytes,
    dataSeed: qvf.dataSeed,
  };
  return {
    content: qvf.isDataReproducible ? content : { ...content, original: { path: file, sizeBytes } },
    objects: qvf.objects.map(contentObject),
  };
}
