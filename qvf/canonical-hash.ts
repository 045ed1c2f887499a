import { createHash, type Hash } from 'node:crypto';
import { isJsonObject } from './bounded-json.ts';

const FLUSH_CHARS = 32 * 1024;

/**
 * Keys that upgrades of the client or the engine rewrite without anybody having edited the app (QVF facts, section 6).
 * That an import on a site of another version does so as well is likely, not proven.
 */
const REWRITTEN_KEYS: ReadonlySet<string> = new Set(['qLayoutExclude', 'extensionMeta', 'cId']);

/** Lists whose order means nothing, and what names an item in them (QVF facts, section 6). */
const KEYED_LISTS: Readonly<Record<string, (item: unknown) => unknown>> = {
  qChildren: (item) => at(at(at(item, 'qProperty'), 'qInfo'), 'qId'),
  cells: (item) => at(item, 'name'),
};

export interface HashOptions {
  /** Leaves out what upgrades rewrite, and keys without content (`''`, `{}`, `[]`). */
  readonly isCore: boolean;
  /** The object's own id, which stands for nothing but itself: left out where it is the id of the whole. */
  readonly ownId?: string;
}

/**
 * SHA-256 of a parsed JSON value, as hex, whatever the order of its keys, of the children of an object and of the
 * cells of a sheet. All other lists count in their order. Memory stays flat.
 */
export function canonicalHash(value: unknown, options: HashOptions): string {
  const writer = new HashWriter(options);
  writer.value(value, '');
  return writer.digest();
}

class HashWriter {
  readonly #options: HashOptions;
  readonly #hash: Hash = createHash('sha256');
  #pending = '';

  constructor(options: HashOptions) {
    this.#options = options;
  }

  digest(): string {
    return this.#hash.update(this.#pending).digest('hex');
  }

  value(value: unknown, key: string): void {
    if (Array.isArray(value)) this.#list(value, key);
    else if (isJsonObject(value)) this.#object(value, key);
    else if (typeof value === 'string') this.#text(value);
    else this.#write(JSON.stringify(value));
  }

  /** In pieces: a script or an image within a sheet can be megabytes long. */
  #text(text: string): void {
    this.#write('"');
    for (let at = 0; at < text.length; at += FLUSH_CHARS) {
      this.#write(JSON.stringify(text.slice(at, at + FLUSH_CHARS)).slice(1, -1));
    }
    this.#write('"');
  }

  #object(object: Record<string, unknown>, name: string): void {
    this.#write('{');
    for (const key of Object.keys(object).sort()) {
      const value = object[key];
      if (this.#isLeftOut(name, key, value)) continue;
      this.#write(`${JSON.stringify(key)}:`);
      this.value(value, key);
      this.#write(',');
    }
    this.#write('}');
  }

  #list(list: readonly unknown[], key: string): void {
    const nameOf = Object.hasOwn(KEYED_LISTS, key) ? KEYED_LISTS[key] : undefined;
    this.#write('[');
    if (nameOf !== undefined && list.every((item) => typeof nameOf(item) === 'string')) {
      const names = list.map((item) => JSON.stringify(nameOf(item)));
      const lines = list.map(
        (item, index) => `${names[index]} ${canonicalHash(item, { isCore: this.#options.isCore })}`,
      );
      for (const line of lines.sort()) this.#write(`${line},`);
    } else {
      for (const item of list) {
        this.value(item, '');
        this.#write(',');
      }
    }
    this.#write(']');
  }

  #isLeftOut(name: string, key: string, value: unknown): boolean {
    const { isCore, ownId } = this.#options;
    if (!isCore) return false;
    if (isRewritten(name, key) || isEmpty(value, key)) return true;
    return name === 'qInfo' && key === 'qId' && value === ownId;
  }

  #write(text: string): void {
    this.#pending += text;
    if (this.#pending.length < FLUSH_CHARS) return;
    this.#hash.update(this.#pending);
    this.#pending = '';
  }
}

/** True for what upgrades rewrite: a key within the object of a name. */
function isRewritten(name: string, key: string): boolean {
  return REWRITTEN_KEYS.has(key) || (name === 'coloring' && key === 'changeHash');
}

/** True for a text, list or object that holds nothing else than what is left out, however deep that is nested. */
function isEmpty(value: unknown, name: string): boolean {
  if (value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isJsonObject(value)) return false;
  for (const key in value) {
    if (!isRewritten(name, key) && !isEmpty(value[key], key)) return false;
  }
  return true;
}

function at(value: unknown, key: string): unknown {
  return isJsonObject(value) ? value[key] : undefined;
}
