import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TarArchive, ZipArchive } from 'archiver';
import type { Platform } from './platforms.ts';

/** Packs a folder under its own name; writes a checksum beside the archive, as `sha256sum --check` reads it. */
export async function writeArchive(folder: string, file: string, { archive }: Platform): Promise<string> {
  const packed = archive === 'zip' ? new ZipArchive({ zlib: { level: 6 } }) : new TarArchive({ gzip: true });
  packed.directory(folder, path.basename(folder));
  await Promise.all([pipeline(packed, createWriteStream(file)), packed.finalize()]);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const sha256 = hash.digest('hex');
  await writeFile(`${file}.sha256`, `${sha256}  ${path.basename(file)}\n`);
  return sha256;
}
