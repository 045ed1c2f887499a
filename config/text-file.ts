/**
 * The text of a file's bytes: UTF-8, or UTF-16 where its first bytes say so (PowerShell's `>` writes that). The mark at
 * the beginning is left out. Bytes that are no text become replacement characters.
 */
export function decodeText(bytes: Uint8Array): string {
  return decode(bytes, false);
}

/** As `decodeText`, or UTF-8 alone; undefined where the bytes are no text of this kind. */
export function strictText(bytes: Uint8Array, encoding: 'utf-8' | 'any'): string | undefined {
  try {
    return encoding === 'any' ? decode(bytes, true) : new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decode(bytes: Uint8Array, fatal: boolean): string {
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const encoding = isLittleEndian ? 'utf-16le' : isBigEndian ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { fatal }).decode(bytes);
}
