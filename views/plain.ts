import bytes from 'bytes';
import { plainText } from '../common/plain-text.ts';

/** A text from outside as it may stand in one line of a terminal. */
export const plain = plainText;

/** `97.7 KB`. */
export function sizeText(sizeBytes: number): string {
  return bytes(sizeBytes, { unitSeparator: ' ', decimalPlaces: 1 }) ?? `${sizeBytes} B`;
}

/** The beginning of a hash, enough to tell two apart by eye. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 12);
}

/** Names compare trimmed and in any case, as Qlik itself does. */
export function sameName(left: string, right: string): boolean {
  return fold(left) === fold(right);
}

function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}
