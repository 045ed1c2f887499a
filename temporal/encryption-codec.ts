import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { waybillError } from '../common/errors/catalogue.ts';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PayloadMessage = proto.temporal.api.common.v1.Payload;

const stretch = promisify<string, string, number, object, Buffer>(scrypt);

/** A key for payloads; its id travels with what it encrypted and tells nothing about the key. */
export interface PayloadKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The key of a secret: the same secret always gives the same key and id. Takes about 0.1 s, on purpose. */
export async function payloadKey(secret: string): Promise<PayloadKey> {
  const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
  const root = await stretch(secret, 'waybill/temporal-payloads/v1', 32, cost);
  const derive = (purpose: string, bytes: number) => Buffer.from(hkdfSync('sha256', root, '', purpose, bytes));
  return { id: derive('key-id', 6).toString('hex'), bytes: derive('aes-256-gcm', 32) };
}

/**
 * Encrypts every payload with AES-256-GCM and `keys[0]`; decrypts with whichever key its id names. What is not
 * encrypted is passed through, so that encryption can be switched on over a history that began without.
 * Decoding throws WAYBILL_TEMPORAL_WRONG_KEY and WAYBILL_TEMPORAL_DATA_DAMAGED.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #current: PayloadKey;
  readonly #keys: ReadonlyMap<string, PayloadKey>;

  constructor(current: PayloadKey, older: readonly PayloadKey[] = []) {
    this.#current = current;
    this.#keys = new Map([...older, current].map((key) => [key.id, key]));
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => encrypt(payload, this.#current));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload));
  }

  #decrypt(payload: Payload): Payload {
    const keyId = Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
    const key = this.#keys.get(keyId);
    if (key === undefined) throw waybillError('WAYBILL_TEMPORAL_WRONG_KEY', { keyId });
    try {
      return PayloadMessage.decode(open(payload.data ?? new Uint8Array(), key));
    } catch (error) {
      throw waybillError('WAYBILL_TEMPORAL_DATA_DAMAGED', { keyId }, { cause: error });
    }
  }
}

function isEncrypted(payload: Payload): boolean {
  return Buffer.from(payload.metadata?.[METADATA_ENCODING_KEY] ?? []).toString() === ENCODING;
}

function encrypt(payload: Payload, key: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(key.id));
  const sealed = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: { [METADATA_ENCODING_KEY]: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(key.id) },
    data: Buffer.concat([nonce, sealed, cipher.getAuthTag()]),
  };
}

function open(data: Uint8Array, key: PayloadKey): Buffer {
  const tagAt = data.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, data.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(key.id)).setAuthTag(data.subarray(tagAt));
  return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
}
