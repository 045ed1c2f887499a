import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { waybillError } from './errors/catalogue.ts';

/** PEM files of a server's certificate, with its chain, and of its key. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

type UnusableCode = 'WAYBILL_LISTENER_CERTIFICATE_UNUSABLE' | 'WAYBILL_CONSOLE_CERTIFICATE_UNUSABLE';

/**
 * The certificate and key that a server of ours shows, read now and found to fit each other.
 * @throws the error of `code`
 */
export async function serverTls(
  { certificate, key }: TlsFiles,
  code: UnusableCode,
): Promise<{ cert: Buffer; key: Buffer }> {
  const unusable = (file: string, reason: string, cause: unknown): Error =>
    waybillError(code, { file, reason }, { cause });
  const read = (file: string): Promise<Buffer> =>
    readFile(file).catch((cause: NodeJS.ErrnoException) => {
      throw unusable(file, cause.code ?? cause.message, cause);
    });
  const pair = { cert: await read(certificate), key: await read(key) };
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw unusable(certificate, `it does not fit the key ${key} (${(cause as Error).message})`, cause);
  }
  return pair;
}
