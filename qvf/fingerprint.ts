import { createHash } from 'node:crypto';
import type { QvfContents } from './contents.ts';
import { type ContentScope, countedItems } from './scope.ts';

/** Changes whenever the same file would get another fingerprint; it is part of what is hashed. */
export const FINGERPRINT_VERSION = 1;

/**
 * SHA-256, as hex, of everything that counts: equal exactly when `compareContents` finds no difference. Neither title,
 * description and owner of the app, nor dates, nor reload times, nor data are part of it (QVF facts, section 6).
 */
export function fingerprintOf(contents: QvfContents, scope: ContentScope = {}): string {
  const lines = [...countedItems(contents, scope)].map(([key, item]) => `${key}\t${item.coreSha256}`).sort();
  return createHash('sha256')
    .update([`waybill-qvf-${FINGERPRINT_VERSION}`, ...lines].join('\n'))
    .digest('hex');
}
