import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type JsonObject, parseJsonObject } from './bounded-json.ts';
import type { QvfContents, QvfItem } from './contents.ts';
import type { QvfEntry } from './directory.ts';
import { binaryItem, type EntryWords, objectItem, propertiesItem, scriptItem, variableItems } from './json-items.ts';
import { type Frame, freeNow, hashPayload, inflatePayload, readFrame } from './payload.ts';
import type { QvfFile } from './qvf-file.ts';
import { variablesSetBy } from './script-variables.ts';
import { type QvfStream, readFromStream, readStream } from './stream.ts';

/** Streams without a frame around a payload (QVF facts, section 2). */
const RAW_NAMES: ReadonlySet<string> = new Set(['qvapp_header', 'qvapp_data', 'qvapp_qaccess']);

/** What the engine keeps for itself: checked for being whole, and left out (QVF facts, sections 3 and 6). */
const TECHNICAL_TYPES: ReadonlySet<string> = new Set([
  'AllProperties',
  'DataModelMetadata',
  'GenericDerivedFieldEntryList',
  'GenericDerivedDefinitionEntryList',
  'NxAppMetadata',
]);
const SCRIPT_VARIABLES = 'qvapp_variablelist';
const KNOWN_FILE_VERSION = 1;
const LARGE_BYTES = 128 * 1024;

const optionalText = z.string().optional().catch(undefined);
const securitySchema = z.object({
  id: optionalText,
  title: optionalText,
  name: optionalText,
  _objecttype: optionalText,
  approved: z.boolean().optional().catch(undefined),
});

type Security = z.infer<typeof securitySchema>;
type Collected = Omit<QvfContents, 'fileName' | 'sizeBytes' | 'hasData' | 'dataSizeBytes'>;

interface App {
  readonly productVersion?: string;
  readonly appTitle?: string;
  readonly sourceAppId?: string;
}

/** Reads entries one after the other and keeps what is to be known of them. */
export class Collector {
  readonly #file: QvfFile;
  readonly #objects: QvfItem[] = [];
  readonly #surroundings: QvfItem[] = [];
  readonly #variables: QvfItem[] = [];
  #entryCount = 0;
  #partCount = 0;
  #app: App | undefined;
  #setByScript: ReadonlySet<string> | undefined;

  constructor(file: QvfFile) {
    this.#file = file;
  }

  /** Takes in one entry. @throws WAYBILL_QVF_DAMAGED, WAYBILL_QVF_UNSUPPORTED, WAYBILL_QVF_TOO_LARGE */
  async add(entry: QvfEntry, place: 'root' | 'media'): Promise<void> {
    this.#entryCount += 1;
    const stream = await readStream(this.#file, entry.headerOffset);
    const frame = await readFrame(this.#file, stream);
    if (frame === undefined) {
      if (place === 'media' || !RAW_NAMES.has(entry.name)) throw this.#unknownEntry(stream);
      if (entry.name === 'qvapp_header') await this.#checkVersion(stream);
      return;
    }
    if (place === 'media') {
      const item = binaryItem('media', await hashPayload(this.#file, stream, frame), wordsOf(entry, {}));
      this.#surroundings.push(item);
    } else await this.#addFramed(entry, stream, frame);
  }

  /** All that was taken in. @throws WAYBILL_QVF_DAMAGED for a file without app properties */
  result(): Collected {
    if (this.#app === undefined) throw this.#file.damaged('the app has no properties', 0);
    const variables = this.#variables.map((item) => ({
      ...item,
      isSetByScript: this.#setByScript?.has(item.id) ?? false,
    }));
    return {
      ...this.#app,
      entryCount: this.#entryCount,
      objects: this.#objects,
      surroundings: [...this.#surroundings, ...variables],
    };
  }

  async #addFramed(entry: QvfEntry, stream: QvfStream, frame: Frame): Promise<void> {
    const { Type: type } = entry.meta;
    const security = this.#securityOf(entry);
    const words = wordsOf(entry, security);
    // App properties are called binary in some files, and hold the same JSON (QVF facts, section 3).
    if (frame.format === 'binary' && type !== 'NxAppProperties') {
      const sha256 = await hashPayload(this.#file, stream, frame);
      if (!TECHNICAL_TYPES.has(type)) this.#objects.push(binaryItem('object', sha256, words));
      return;
    }
    const json = await this.#readJson(stream, frame, type === 'AppScriptObject' ? 'kept' : 'hashed');
    if (type === 'NxAppProperties') this.#addProperties(json, words, security, stream);
    else if (type === 'AppScriptObject') this.#addScript(json, words, stream);
    else if (type === 'GenericVariableEntryList') this.#addVariables(json, words, stream);
    else if (!TECHNICAL_TYPES.has(type)) this.#addObject(json, words, stream);
  }

  async #readJson(stream: QvfStream, frame: Frame, longTexts: 'kept' | 'hashed'): Promise<JsonObject> {
    // Others get their turn between two objects, the garbage collector among them.
    if (frame.inflatedBytes >= LARGE_BYTES) await setImmediate();
    const bytes = await inflatePayload(this.#file, stream, frame);
    const json = parseJsonObject(this.#file, bytes, 'an object', stream.headerOffset, longTexts);
    freeNow(bytes);
    return json;
  }

  #addObject(json: JsonObject, words: EntryWords, stream: QvfStream): void {
    const { item, innerId } = objectItem(json, words, this.#countParts);
    if (innerId !== undefined && innerId !== words.id) {
      throw this.#file.damaged('an object has another id than its entry', stream.headerOffset);
    }
    this.#objects.push(item);
  }

  #addProperties(json: JsonObject, words: EntryWords, security: Security, stream: QvfStream): void {
    if (this.#app !== undefined) throw this.#file.damaged('the app has its properties twice', stream.headerOffset);
    const { qTitle, qSavedInProductVersion: version } = json;
    const appTitle = (typeof qTitle === 'string' ? qTitle : '') || security.name || words.title;
    this.#app = {
      ...(typeof version === 'string' ? { productVersion: version } : {}),
      ...(appTitle === '' ? {} : { appTitle }),
      ...(security.id === undefined ? {} : { sourceAppId: security.id }),
    };
    this.#surroundings.push(propertiesItem(json, words));
  }

  #addScript(json: JsonObject, words: EntryWords, stream: QvfStream): void {
    if (this.#setByScript !== undefined) throw this.#file.damaged('the app has two scripts', stream.headerOffset);
    const { item, script } = scriptItem(json, words, this.#countParts);
    this.#setByScript = variablesSetBy(script, this.#countParts);
    this.#surroundings.push(item);
  }

  #addVariables(json: JsonObject, words: EntryWords, stream: QvfStream): void {
    if (words.id === SCRIPT_VARIABLES) return;
    const items = variableItems(json, words, this.#countParts);
    if (items === undefined) throw this.#file.damaged('the list of variables is not one', stream.headerOffset);
    this.#variables.push(...items);
  }

  /** Before so many parts are made. @throws WAYBILL_QVF_TOO_LARGE */
  readonly #countParts = (count: number): void => {
    this.#partCount += count;
    this.#file.mustNotExceed('the number of charts, tabs and variables', this.#partCount, this.#file.limits.maxParts);
  };

  #securityOf(entry: QvfEntry): Security {
    const { SecurityMetaAsBase64: packed } = entry.meta;
    if (packed === undefined || packed === '') return {};
    const bytes = Buffer.from(packed, 'base64');
    return securitySchema.parse(parseJsonObject(this.#file, bytes, 'the rights of an object', entry.offset));
  }

  async #checkVersion(stream: QvfStream): Promise<void> {
    const { limits } = this.#file;
    this.#file.mustNotExceed('the header of the app in bytes', stream.sizeBytes, limits.maxEntryBytes);
    const bytes = await readFromStream(this.#file, stream, 0, stream.sizeBytes);
    const { QVFFileVersion: version } = parseJsonObject(
      this.#file,
      bytes,
      'the header of the app',
      stream.headerOffset,
    );
    if (version === undefined || Math.floor(Number(version)) === KNOWN_FILE_VERSION) return;
    throw this.#file.unsupported(`its file version is ${JSON.stringify(version)}`, stream.headerOffset);
  }

  #unknownEntry(stream: QvfStream): Error {
    return this.#file.damaged('an object has no frame around it: it is encrypted or damaged', stream.headerOffset);
  }
}

function wordsOf(entry: QvfEntry, security: Security): EntryWords {
  return {
    type: entry.meta.Type,
    id: entry.name,
    title: security.title ?? entry.meta.Title ?? '',
    objectType: security._objecttype ?? '',
    ...(security.approved === undefined ? {} : { declaredApproved: security.approved }),
  };
}
