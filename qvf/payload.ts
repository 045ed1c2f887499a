import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflate, inflateSync } from 'node:zlib';
import type { QvfFile } from './qvf-file.ts';
import { readFromStream, streamPieces, type QvfStream } from './stream.ts';

const FRAME_BYTES = 32;
const FORMAT_MARK = Buffer.concat([Buffer.from([20, 0, 0, 0]), Buffer.from('{"format":"')]);
/** Payloads up to this size are unpacked at once; larger ones that nobody needs whole are unpacked in passing. */
const AT_ONCE_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;
/** Buffers of at least this size never share their memory with others (Node's pool gives out smaller ones). */
const OWN_BYTES = 64 * 1024;
const ENCRYPTED_OR_DAMAGED = 'is encrypted or damaged';

/** The frame around a packed payload. */
export interface Frame {
  readonly format: 'gzjson' | 'binary';
  readonly inflatedBytes: number;
  readonly storedBytes: number;
}

/**
 * The frame at the beginning of a stream, or undefined for a raw one. Told by the frame itself: the `Format` of the
 * meta is missing in old files and wrong in others (QVF facts, section 2).
 * @throws WAYBILL_QVF_DAMAGED, WAYBILL_QVF_UNSUPPORTED
 */
export async function readFrame(file: QvfFile, stream: QvfStream): Promise<Frame | undefined> {
  const bytes = await readFromStream(file, stream, 0, FRAME_BYTES);
  const { headerOffset } = stream;
  if (!FORMAT_MARK.equals(bytes.subarray(0, FORMAT_MARK.length))) return undefined;
  const format = bytes.toString('latin1', FORMAT_MARK.length, FORMAT_MARK.length + 9);
  if (format !== 'gzjson"}\0' && format !== 'binary"}\0') {
    throw file.unsupported('an object is packed in an unknown way', headerOffset);
  }
  if (bytes.length < FRAME_BYTES) throw file.damaged('an object ends within its frame', headerOffset);
  const frame: Frame = {
    format: format === 'gzjson"}\0' ? 'gzjson' : 'binary',
    inflatedBytes: bytes.readUInt32LE(24),
    storedBytes: bytes.readUInt32LE(28),
  };
  if (FRAME_BYTES + frame.storedBytes > stream.sizeBytes) {
    throw file.damaged('an object is longer than its stream', headerOffset);
  }
  return frame;
}

/**
 * The unpacked bytes of a JSON payload, checked by zlib's own sum and by the length in the frame.
 * @throws WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
 */
export async function inflatePayload(
  file: QvfFile,
  stream: QvfStream,
  frame: Frame,
  maxBytes = file.limits.maxJsonBytes,
): Promise<Buffer> {
  const { inflatedBytes, storedBytes } = frame;
  file.mustNotExceed('the unpacked size of one object', inflatedBytes, maxBytes);
  file.mustNotExceed('the packed size of one object', storedBytes, packedBound(maxBytes));
  file.addInflated(inflatedBytes);
  const stored = await readFromStream(file, stream, FRAME_BYTES, storedBytes);
  let inflated: Buffer;
  try {
    // One chunk as large as the whole, so that unpacking holds it once and not twice.
    inflated = inflateSync(stored, { maxOutputLength: inflatedBytes + 1, chunkSize: Math.max(64, inflatedBytes + 1) });
  } catch (error) {
    throw file.damaged(`an object ${ENCRYPTED_OR_DAMAGED}`, stream.headerOffset, error);
  }
  if (inflated.length !== inflatedBytes) throw wrongLength(file, stream);
  return inflated;
}

/**
 * SHA-256 of the unpacked bytes, as hex, in flat memory.
 * @throws WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
 */
export async function hashPayload(file: QvfFile, stream: QvfStream, frame: Frame): Promise<string> {
  const { inflatedBytes, storedBytes } = frame;
  const hash = createHash('sha256');
  if (Math.max(inflatedBytes, storedBytes) <= AT_ONCE_BYTES) {
    const inflated = await inflatePayload(file, stream, frame, AT_ONCE_BYTES);
    hash.update(inflated);
    freeNow(inflated);
    return hash.digest('hex');
  }
  file.mustNotExceed('the unpacked size of one object', inflatedBytes, file.limits.maxBinaryBytes);
  file.mustNotExceed('the packed size of one object', storedBytes, packedBound(file.limits.maxBinaryBytes));
  file.addInflated(inflatedBytes);
  let hashedBytes = 0;
  const takeIn = async (inflated: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of inflated) {
      hashedBytes += piece.length;
      if (hashedBytes > inflatedBytes) throw wrongLength(file, stream);
      hash.update(piece);
    }
  };
  const stored = streamPieces(file, stream, FRAME_BYTES, FRAME_BYTES + storedBytes, PIECE_BYTES);
  try {
    await pipeline(Readable.from(stored), createInflate({ chunkSize: PIECE_BYTES }), takeIn, { signal: file.signal });
  } catch (error) {
    file.signal?.throwIfAborted();
    if (!isZlibError(error)) throw error;
    throw file.damaged(`an object ${ENCRYPTED_OR_DAMAGED}`, stream.headerOffset, error);
  }
  if (hashedBytes !== inflatedBytes) throw wrongLength(file, stream);
  return hash.digest('hex');
}

/**
 * Gives the memory of an unpacked payload back at once. The garbage collector would do it later, while the next
 * object needs as much. The bytes must not be used any more.
 */
export function freeNow({ buffer, byteLength }: Buffer): void {
  const isItsOwn = byteLength >= OWN_BYTES && buffer.byteLength - byteLength <= 1;
  if (isItsOwn && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function wrongLength(file: QvfFile, stream: QvfStream): Error {
  return file.damaged('an object has another length than its frame says', stream.headerOffset);
}

/** Bytes that zlib at most needs for a payload: what cannot be packed grows by a few bytes for each 16 KB. */
function packedBound(inflatedBytes: number): number {
  return inflatedBytes + Math.ceil(inflatedBytes / 1000) + 64;
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
