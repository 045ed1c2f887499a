import type { QvfFile } from './qvf-file.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type JsonObject = Record<string, unknown>;

/**
 * The JSON object in front of the closing zero byte (QVF facts, section 2). How many values there are, and how deep
 * they are nested, is counted before it is parsed: parsed, a small text can take a hundred times its size.
 * @throws WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
 */
export function parseJsonObject(file: QvfFile, bytes: Buffer, what: string, offset: number): JsonObject {
  if (bytes.at(-1) !== 0) throw file.damaged(`${what} has no end`, offset);
  const json = bytes.subarray(0, -1);
  const { values, depth } = measure(json);
  file.mustNotExceed(`the number of values in ${what}`, values, file.limits.maxJsonValues);
  file.mustNotExceed(`the nesting of ${what}`, depth, file.limits.maxJsonDepth);
  const text = utf8(file, json, what, offset);
  const value = parse(file, text, what, offset);
  if (!isJsonObject(value)) throw file.damaged(`${what} is no JSON object`, offset);
  return value;
}

/** The text of UTF-8 bytes. @throws WAYBILL_QVF_DAMAGED */
export function utf8(file: QvfFile, bytes: Uint8Array, what: string, offset: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw file.damaged(`${what} is no text`, offset, error);
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(file: QvfFile, text: string, what: string, offset: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw file.damaged(`${what} is no JSON`, offset, error);
  }
}

/** At least as many values and as deep as the text has once parsed. */
function measure(json: Buffer): { values: number; depth: number } {
  let values = 1;
  let open = 0;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === COMMA) values += 1;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      values += 1;
      open += 1;
      if (open > depth) depth = open;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) open -= 1;
  }
  return { values, depth };
}
