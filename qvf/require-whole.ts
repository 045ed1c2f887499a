import { checkHeader } from './check-header.ts';
import { readDirectory } from './directory.ts';
import { ROOT_OFFSET } from './layout.ts';
import { DEFAULT_QVF_LIMITS } from './limits.ts';
import { QvfFile } from './qvf-file.ts';
import type { ReadQvfOptions } from './read-qvf.ts';
import type { QvfSource } from './source.ts';
import { readStream } from './stream.ts';

/**
 * Nothing when every part that the directories of an app file name lies inside it: finds a cut file (QVF facts, section
 * 5) without reading what the parts hold, so that it costs a few reads whatever the size. The caller closes `source`.
 * @throws as `readQvf`; of these, WAYBILL_QVF_TRUNCATED for a cut file
 */
export async function requireWholeQvf(source: QvfSource, options: ReadQvfOptions = {}): Promise<void> {
  const limits = { ...DEFAULT_QVF_LIMITS, ...options.limits };
  const file = new QvfFile(options.name ?? 'the app file', source, limits, options.signal);
  await checkHeader(file);
  await walk(file, ROOT_OFFSET);
  file.mustNotOverlap();
}

/** A directory and, one level deep, those in it. */
async function walk(file: QvfFile, headerOffset: number, isInner = false): Promise<void> {
  for await (const entry of readDirectory(file, headerOffset)) {
    if (!entry.isDirectory) await readStream(file, entry.headerOffset);
    else if (isInner) throw file.unsupported('it has a folder within a folder', entry.offset);
    else await walk(file, entry.headerOffset, true);
  }
}
