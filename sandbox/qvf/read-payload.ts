import { inflateSync } from 'node:zlib';
import { parseObject, UnreadableQvf } from './read-container.ts';

const MAX_INFLATED_BYTES = 256 * 1024 * 1024;
const FRAMES = ['{"format":"gzjson"}', '{"format":"binary"}'].map((text) => {
  const frame = Buffer.alloc(24);
  frame.writeUInt32LE(20);
  frame.write(text, 4, 'latin1');
  return frame;
});

/**
 * The inflated payload of a framed stream, or undefined for a raw one. Told by the frame itself, because
 * `meta.Format` is wrong or missing in some files (QVF facts, section 2). Throws `UnreadableQvf`.
 */
export function readPayload(stream: Buffer): Buffer | undefined {
  if (!FRAMES.some((frame) => frame.equals(stream.subarray(0, frame.length)))) return undefined;
  if (stream.length < 32) throw new UnreadableQvf('a payload is cut in its frame');
  const inflatedBytes = stream.readUInt32LE(24);
  const storedEnd = 32 + stream.readUInt32LE(28);
  if (storedEnd > stream.length || inflatedBytes > MAX_INFLATED_BYTES) {
    throw new UnreadableQvf('the frame of a payload does not fit its stream');
  }
  const inflated = inflate(stream.subarray(32, storedEnd), inflatedBytes);
  if (inflated.length !== inflatedBytes) throw new UnreadableQvf('a payload has another length than its frame says');
  return inflated;
}

/** The JSON object of a framed stream. Throws `UnreadableQvf`. */
export function readJson(stream: Buffer, name: string): Record<string, unknown> {
  const payload = readPayload(stream);
  if (payload === undefined) throw new UnreadableQvf(`'${name}' has no payload frame`);
  try {
    return parseObject(payload);
  } catch (error) {
    throw new UnreadableQvf(`'${name}' is no JSON`, { cause: error });
  }
}

function inflate(stored: Buffer, inflatedBytes: number): Buffer {
  try {
    return inflateSync(stored, { maxOutputLength: Math.max(1, inflatedBytes) });
  } catch (error) {
    throw new UnreadableQvf('a payload is encrypted or damaged', { cause: error });
  }
}
