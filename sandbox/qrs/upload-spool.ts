import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { badRequest, QrsRefusal } from './refusal.ts';
import type { SiteState } from './site-state.ts';

/** An uploaded file on disk. */
export interface SpooledFile {
  path: string;
  sizeBytes: number;
  /** Hex; empty when the switch `hashUploads` is off. */
  sha256: string;
}

/**
 * Writes the request's file to the site's folder, in flat memory: the raw body, or the first file of a multipart one.
 * A request that ends early leaves nothing behind.
 * @throws QrsRefusal 400 without a file, 500 above the switch `largestUploadBytes`.
 */
export async function spoolUpload(site: SiteState, request: IncomingMessage): Promise<SpooledFile> {
  const folder = path.join(site.folder, 'uploads');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${randomUUID()}.qvf`);
  try {
    const isMultipart = (request.headers['content-type'] ?? '').startsWith('multipart/');
    return isMultipart
      ? await spoolMultipart(site, request, file)
      : await spoolStream(site, request, file, Number(request.headers['content-length']));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

const MOST_BLOCK_BYTES = 1024 * 1024;

/**
 * Gathers whole blocks, so that hashing and writing cost little per byte; one block is written while one fills. Where
 * less is announced than a block holds, the blocks are no larger: large ones for small apps keep V8 collecting.
 */
async function spoolStream(
  site: SiteState,
  source: Readable,
  file: string,
  announcedBytes?: number,
): Promise<SpooledFile> {
  const blockBytes = announcedBytes ? Math.min(announcedBytes, MOST_BLOCK_BYTES) : MOST_BLOCK_BYTES;
  const hash = site.switches.hashUploads ? createHash('sha256') : undefined;
  const most = site.switches.largestUploadBytes;
  const handle = await open(file, 'w');
  let [filling, writing] = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)];
  let filled = 0;
  let sizeBytes = 0;
  let written: Promise<unknown> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await written;
    const block = filling.subarray(0, filled);
    hash?.update(block);
    written = handle.write(block);
    [filling, writing] = [writing, filling];
    filled = 0;
  };
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (most > 0 && sizeBytes > most) throw new QrsRefusal(500, 'Internal server error');
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(filling, filled, at);
        filled += copied;
        at += copied;
        if (filled === blockBytes) await flush();
      }
    }
    await flush();
    await written;
  } finally {
    await written.catch(() => undefined);
    await handle.close();
  }
  return { path: file, sizeBytes, sha256: hash?.digest('hex') ?? '' };
}

function spoolMultipart(site: SiteState, request: IncomingMessage, file: string): Promise<SpooledFile> {
  return new Promise((resolve, reject) => {
    const parser = busboy({ headers: request.headers, highWaterMark: 1024 * 1024, fileHwm: 1024 * 1024 });
    let spooled: Promise<SpooledFile> | undefined;
    parser.on('file', (_field, stream) => {
      if (spooled === undefined) {
        spooled = spoolStream(site, stream, file);
        spooled.catch(reject);
      } else stream.resume();
    });
    parser.on('close', () => {
      if (spooled === undefined) reject(badRequest('No file in the request'));
      else spooled.then(resolve, reject);
    });
    pipeline(request, parser).catch(reject);
  });
}
