import { createHash } from 'node:crypto';
import { waybillError } from '../../common/errors/catalogue.ts';

export interface ExpectedContent {
  key: string;
  sha256: string;
  sizeBytes: number;
  onBytes?: (totalBytes: number) => void;
}

/**
 * The chunks, unchanged; fails before it ends when they are not what was announced. An upload that reads them then
 * never completes, so no wrong version comes to be.
 */
export async function* checkedContent(
  source: AsyncIterable<Uint8Array>,
  { key, sha256, sizeBytes, onBytes }: ExpectedContent,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let found = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    found += chunk.length;
    yield chunk;
    onBytes?.(found);
  }
  if (found !== sizeBytes) throw mismatch(key, `${sizeBytes} bytes`, `${found} bytes`);
  const digest = hash.digest('hex');
  if (digest !== sha256) throw mismatch(key, `SHA-256 ${sha256}`, digest);
}

function mismatch(key: string, expected: string, found: string): Error {
  return waybillError('WAYBILL_VERSION_CONTENT_MISMATCH', { key, expected, found });
}
