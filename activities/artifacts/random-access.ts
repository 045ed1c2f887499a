import type { FileHandle } from 'node:fs/promises';
import type { RandomAccess } from './artifact-store.ts';

/** The bytes of an open file at any place; `close` is the caller's way to end it. */
export function randomAccess(handle: FileHandle, sizeBytes: number, close: () => Promise<void>): RandomAccess {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  return { sizeBytes, read, close };
}
