import { createHmac, timingSafeEqual } from 'node:crypto';

const HEX_SHA256 = /^[0-9a-f]{64}$/i;

/**
 * Whether a `Qlik-Signature` is the HMAC-SHA256 of the bytes under one of the secrets, in hex of any case (Qlik Cloud
 * facts, section 1). Takes the same time whichever secret fits, and however much of it. Pure.
 */
export function isSignedBy(secrets: readonly string[], bytes: Uint8Array, signature: string | null): boolean {
  const given = signature?.trim() ?? '';
  if (!HEX_SHA256.test(given)) return false;
  const digest = Buffer.from(given, 'hex');
  const fits = secrets.map((secret) => timingSafeEqual(createHmac('sha256', secret).update(bytes).digest(), digest));
  return fits.includes(true);
}
