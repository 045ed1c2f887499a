import { createHash } from 'node:crypto';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Longer texts are images and the like; nobody reads them here, they only count as the same or not. */
const LONG_TEXT_BYTES = 512;

export interface CompactJson {
  readonly json: Buffer;
  /** At least as many values, and as deep, as there are once it is parsed. */
  readonly values: number;
  readonly depth: number;
}

/**
 * Measures JSON before it is parsed. With `hashed`, puts `sha256:…` in place of every very long text in it, so that the
 * largest object takes little memory; that changes the bytes given, which the result shares.
 */
export function compactJson(json: Buffer, longTexts: 'kept' | 'hashed'): CompactJson {
  let values = 1;
  let open = 0;
  let depth = 0;
  let end = 0;
  let copiedTo = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) {
      const close = endOfText(json, at);
      if (longTexts === 'hashed' && close < json.length && close - at > LONG_TEXT_BYTES) {
        end = moveTo(json, end, copiedTo, at);
        end += json.write(`"sha256:${sha256(json.subarray(at, close + 1))}"`, end, 'latin1');
        copiedTo = close + 1;
      }
      at = close;
    } else if (byte === COMMA) values += 1;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      values += 1;
      open += 1;
      if (open > depth) depth = open;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) open -= 1;
  }
  if (copiedTo > 0) end = moveTo(json, end, copiedTo, json.length);
  return { json: copiedTo > 0 ? json.subarray(0, end) : json, values, depth };
}

/** Where the text that begins with a quote ends: at its closing quote, or at the end of all. */
function endOfText(json: Buffer, begin: number): number {
  let close = json.indexOf(QUOTE, begin + 1);
  while (close > 0) {
    let backslashes = 0;
    while (json[close - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return close;
    close = json.indexOf(QUOTE, close + 1);
  }
  return json.length;
}

function moveTo(json: Buffer, target: number, from: number, to: number): number {
  if (target !== from) json.copyWithin(target, from, to);
  return target + to - from;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
