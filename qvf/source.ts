import { open } from 'node:fs/promises';
import { waybillError } from '../common/errors/catalogue.ts';

/** Bytes at any place of a file: on disk, or in S3 by range requests. */
export interface QvfSource {
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `offset`, which lie inside the file. Its errors come through the reader unchanged.
   * `signal` is the reader's own.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/**
 * A file on disk as a source; the caller closes it. @throws WAYBILL_QVF_NOT_OPENED
 */
export async function openFileSource(path: string, fileName: string): Promise<QvfSource & { close(): Promise<void> }> {
  const file = await open(path).catch((error: unknown) => {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw waybillError('WAYBILL_QVF_NOT_OPENED', { file: fileName, reason }, { cause: error });
  });
  try {
    const { size } = await file.stat();
    return {
      sizeBytes: size,
      read: async (offset, length) => {
        const bytes = Buffer.allocUnsafe(length);
        const { bytesRead } = await file.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
