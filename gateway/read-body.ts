import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Call } from './call.ts';

const inflate = promisify(gunzip);

/** A body as it came, and as it reads; the same unless it came compressed. */
export interface Body {
  readonly received: Uint8Array;
  readonly plain: Uint8Array;
}

/** Why a body was not taken. */
export type BodyRefusal = 'too-large' | 'not-readable' | 'unknown-encoding';

/**
 * The body of a request, of at most so many bytes as it came and as it reads. Nothing beyond the limit is held, and a
 * body that says it is longer is not read at all.
 */
export async function readBody(request: Call, maxBytes: number): Promise<Body | BodyRefusal> {
  if (Number(request.headers.get('content-length')) > maxBytes) return 'too-large';
  const received = await request.read(maxBytes);
  if (typeof received === 'string') return received;
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return { received, plain: received };
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return 'unknown-encoding';
  try {
    return { received, plain: await inflate(received, { maxOutputLength: maxBytes }) };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'not-readable';
  }
}

/** The bytes of a web stream. */
export async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array | 'too-large' | 'not-readable'> {
  if (!stream) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      length += piece.length;
      // Leaving the loop cancels the rest of the stream.
      if (length > maxBytes) return 'too-large';
      pieces.push(piece);
    }
  } catch {
    return 'not-readable';
  }
  return Buffer.concat(pieces, length);
}
