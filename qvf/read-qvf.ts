import { checkHeader } from './check-header.ts';
import { Collector } from './collector.ts';
import type { QvfContents } from './contents.ts';
import { readDirectory } from './directory.ts';
import { ROOT_OFFSET } from './layout.ts';
import { DEFAULT_QVF_LIMITS, type QvfLimits } from './limits.ts';
import { QvfFile } from './qvf-file.ts';
import { openFileSource, type QvfSource } from './source.ts';
import { readStream } from './stream.ts';

export interface ReadQvfOptions {
  /** What to call the file or app in messages; the path by default, or `the app file`. */
  readonly name?: string;
  /** Limits that shall differ from `DEFAULT_QVF_LIMITS`. */
  readonly limits?: Partial<QvfLimits>;
  /** Ends the reading with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What an app file holds: every object of it, or an error; never a part (QVF facts, section 5). `source` is a path,
 * or anything that can be read at random places; the caller closes the latter. The data model is not read, whatever
 * its size. Changes nothing, safe to repeat.
 * @throws WAYBILL_QVF_NOT_OPENED, WAYBILL_QVF_NOT_A_QVF, WAYBILL_QVF_TRUNCATED, WAYBILL_QVF_LINE_ENDS_CHANGED,
 * WAYBILL_QVF_DAMAGED, WAYBILL_QVF_UNSUPPORTED, WAYBILL_QVF_TOO_LARGE; errors of the source as they are
 */
export async function readQvf(source: string | QvfSource, options: ReadQvfOptions = {}): Promise<QvfContents> {
  options.signal?.throwIfAborted();
  if (typeof source !== 'string') return readSource(source, options.name ?? 'the app file', options);
  const name = options.name ?? source;
  const opened = await openFileSource(source, name);
  try {
    return await readSource(opened, name, options);
  } finally {
    await opened.close();
  }
}

async function readSource(source: QvfSource, name: string, options: ReadQvfOptions): Promise<QvfContents> {
  const file = new QvfFile(name, source, { ...DEFAULT_QVF_LIMITS, ...options.limits }, options.signal);
  await checkHeader(file);
  const collector = new Collector(file);
  const data = { isThere: false, sizeBytes: 0 };
  for await (const entry of readDirectory(file, ROOT_OFFSET)) {
    if (!entry.isDirectory) await collector.add(entry, 'root');
    else if (entry.name === 'data') {
      data.isThere = true;
      data.sizeBytes = await sumOfStreams(file, entry.headerOffset);
    } else if (entry.name === 'media') await readMedia(file, entry.headerOffset, collector);
    else throw file.unsupported('it has a folder of an unknown kind', entry.offset);
  }
  file.mustNotOverlap();
  return {
    fileName: name,
    sizeBytes: file.sizeBytes,
    hasData: data.isThere,
    dataSizeBytes: data.sizeBytes,
    ...collector.result(),
  };
}

async function readMedia(file: QvfFile, headerOffset: number, collector: Collector): Promise<void> {
  for await (const entry of readDirectory(file, headerOffset)) {
    if (entry.isDirectory) throw file.unsupported('it has a folder within its images', entry.offset);
    await collector.add(entry, 'media');
  }
}

/** Used bytes of the data model, each stream of which lies inside the file. */
async function sumOfStreams(file: QvfFile, headerOffset: number): Promise<number> {
  let sizeBytes = 0;
  for await (const entry of readDirectory(file, headerOffset)) {
    if (entry.isDirectory) throw file.unsupported('it has a folder within its data', entry.offset);
    sizeBytes += (await readStream(file, entry.headerOffset)).sizeBytes;
  }
  return sizeBytes;
}
