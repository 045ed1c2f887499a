import { open } from 'node:fs/promises';
import { isObjectType, type QvfContent, ROOT_OFFSET } from './layout.ts';
import { parseObject, QvfContainer, type QvfEntry, UnreadableQvf } from './read-container.ts';
import { readJson, readPayload } from './read-payload.ts';

export { UnreadableQvf } from './read-container.ts';

export interface ReadQvf extends QvfContent {
  /** Files outside `/data/`: objects, media and technical entries. */
  entryCount: number;
  /** True when the bytes under `/data/` can be made again from `dataSizeBytes` and `dataSeed`. */
  isDataReproducible: boolean;
}

interface Collected {
  content: QvfContent;
  entryCount: number;
  hasProperties: boolean;
  header: Record<string, unknown>;
}

/**
 * The content of a whole QVF file: all of it, or `UnreadableQvf` (QVF facts, section 5). Reads at random places,
 * never the bytes of `/data/`; so it is quick for large files as well.
 */
export async function readQvf(path: string): Promise<ReadQvf> {
  const file = await open(path);
  try {
    return await readContainer(await QvfContainer.open(file));
  } finally {
    await file.close();
  }
}

async function readContainer(container: QvfContainer): Promise<ReadQvf> {
  const collected: Collected = {
    content: { appProperties: {}, script: '', objects: [], dataSizeBytes: 0, dataSeed: 0 },
    entryCount: 0,
    hasProperties: false,
    header: {},
  };
  for (const entry of await container.directory(ROOT_OFFSET)) {
    if (!entry.isDirectory) await collect(container, entry, collected);
    else if (entry.name === 'data') collected.content.dataSizeBytes = await sumSizes(container, entry);
    else collected.entryCount += await checkDirectory(container, entry);
  }
  if (!collected.hasProperties) throw new UnreadableQvf('the app has no properties');
  return { ...collected.content, ...readDataMark(collected), entryCount: collected.entryCount };
}

async function collect(container: QvfContainer, entry: QvfEntry, into: Collected): Promise<void> {
  const type = String(entry.meta['Type']);
  const bytes = await container.content(await container.stream(entry.headerOffset));
  into.entryCount += 1;
  if (type === 'NxAppProperties') {
    into.content.appProperties = readJson(bytes, entry.name);
    into.hasProperties = true;
  } else if (type === 'AppScriptObject') {
    const { qScript } = readJson(bytes, entry.name);
    into.content.script = typeof qScript === 'string' ? qScript : '';
  } else if (isObjectType(type)) {
    const json = readJson(bytes, entry.name);
    mustBeNamed(json, entry.name);
    into.content.objects.push({ id: entry.name, type, json });
  } else if (entry.name === 'qvapp_header') {
    into.header = parseHeader(bytes);
  } else {
    readPayload(bytes);
  }
}

function mustBeNamed(json: Record<string, unknown>, name: string): void {
  const root = json['qRoot'] as { qProperty?: Record<string, unknown> } | undefined;
  const info = (root?.qProperty ?? json)['qInfo'] as { qId?: unknown } | undefined;
  if (info?.qId !== undefined && info.qId !== name)
    throw new UnreadableQvf(`the object '${name}' has another id inside`);
}

function parseHeader(bytes: Buffer): Record<string, unknown> {
  try {
    return parseObject(bytes);
  } catch (error) {
    throw new UnreadableQvf('qvapp_header is no JSON', { cause: error });
  }
}

async function checkDirectory(container: QvfContainer, directory: QvfEntry): Promise<number> {
  const entries = await container.directory(directory.headerOffset);
  for (const entry of entries) readPayload(await container.content(await container.stream(entry.headerOffset)));
  return entries.length;
}

async function sumSizes(container: QvfContainer, directory: QvfEntry): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await container.directory(directory.headerOffset)) {
    sizeBytes += (await container.stream(entry.headerOffset)).sizeBytes;
  }
  return sizeBytes;
}

/** Our writer leaves the seed and the size in `qvapp_header`; a file of Qlik's has none. */
function readDataMark(collected: Collected): Pick<ReadQvf, 'dataSeed' | 'isDataReproducible'> {
  const mark = collected.header['SandboxData'] as { seed?: unknown; sizeBytes?: unknown } | undefined;
  if (typeof mark?.seed !== 'number') return { dataSeed: 0, isDataReproducible: false };
  if (mark.sizeBytes !== collected.content.dataSizeBytes) {
    throw new UnreadableQvf('the data does not have the size that its writer gave it');
  }
  return { dataSeed: mark.seed, isDataReproducible: true };
}
