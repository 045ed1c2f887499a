import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { TemporalConfig } from '../config/types.ts';
import { EncryptionCodec, payloadKey } from './encryption-codec.ts';

type Encryption = TemporalConfig['encryption'];

/**
 * The one data converter of every client, worker and replay: JSON, and with `temporal.encryption` AES-256-GCM over all
 * payloads and failure messages. The secret is read here.
 * @throws WAYBILL_CONFIG_SECRET_MISSING
 */
export async function createDataConverter(encryption: Encryption): Promise<DataConverter> {
  if (encryption === undefined) return { payloadCodecs: [] };
  const key = await payloadKey(await encryption.key.resolve());
  return { failureConverterPath: failureConverterPath(true), payloadCodecs: [new EncryptionCodec(key)] };
}

/** The failure converter module, which has to be in the workflow bundle too; none without encryption. */
export function failureConverterPath(encrypted: boolean): string | undefined {
  return encrypted ? fileURLToPath(new URL('./sealed-failure-converter.ts', import.meta.url)) : undefined;
}
