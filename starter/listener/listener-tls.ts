import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Config } from '../../config/types.ts';

type TlsSettings = NonNullable<Config['listener']['tls']>;

/**
 * The certificate and key that the listener shows, read now and found to fit each other.
 * @throws WAYBILL_LISTENER_CERTIFICATE_UNUSABLE
 */
export async function listenerTls({ certificate, key }: TlsSettings): Promise<{ cert: Buffer; key: Buffer }> {
  const pair = { cert: await read(certificate), key: await read(key) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw unusable(certificate, `it does not fit the key ${key} (${(cause as Error).message})`, cause);
  }
  return pair;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unusable(file, (cause as NodeJS.ErrnoException).code ?? (cause as Error).message, cause);
  }
}

function unusable(file: string, reason: string, cause: unknown): Error {
  return waybillError('WAYBILL_LISTENER_CERTIFICATE_UNUSABLE', { file, reason }, { cause });
}
