import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
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
    return isMultipart ? await spoolMultipart(site, request, file) : await spoolStream(site, request, file);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function spoolStream(site: SiteState, source: Readable, file: string): Promise<SpooledFile> {
  const hash = site.switches.hashUploads ? createHash('sha256') : undefined;
  const most = site.switches.largestUploadBytes;
  let sizeBytes = 0;
  const meter = new Transform({
    writableHighWaterMark: 1024 * 1024,
    readableHighWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      hash?.update(chunk);
      done(most > 0 && sizeBytes > most ? new QrsRefusal(500, 'Internal server error') : null, chunk);
    },
  });
  await pipeline(source, meter, createWriteStream(file, { highWaterMark: 4 * 1024 * 1024 }));
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
