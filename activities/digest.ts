import { createHash } from 'node:crypto';

const KEY_BYTES = 10;

/** SHA-256 over a value's JSON; equal values with equal key order give equal digests. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** The short key that a promotion is known by: 16 characters of `a-z2-7`, stable for the same decision (design 3.4). */
export function promotionKeyOf(installation: string, site: string, appId: string, decisionId: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([installation, site, appId, decisionId]))
    .digest();
  return base32(bytes.subarray(0, KEY_BYTES));
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

function base32(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  const length = (bytes.length * 8) / 5;
  return Array.from({ length }, (_, index) => ALPHABET[Number((bits >> BigInt(5 * (length - 1 - index))) & 31n)]).join(
    '',
  );
}
