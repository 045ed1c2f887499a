import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFileInRing } from '../../../activities/artifacts/read-file.ts';
import { openFolderStore } from '../../../activities/artifacts/folder-store.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { ArtifactStore } from '../../../activities/artifacts/artifact-store.ts';

// More than ten chunks, and no whole number of them.
const content = randomBytes(6 * 1024 * 1024 + 12_345);
const sha256 = createHash('sha256').update(content).digest('hex');

let folder: string;
let store: ArtifactStore;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-read-'));
  store = await openFolderStore(folder);
  await store.write(oneChunk(content));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

it('sends an artifact right to a server that reads slowly and in fits', async () => {
  const server = createServer((incoming, reply) => void receiveSlowly(incoming).then((hash) => reply.end(hash)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { stream, sizeBytes } = await store.open(sha256, { sendsAtOnce: true });
    const headers = { 'content-length': String(sizeBytes) };
    const { body } = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body: stream, headers });
    expect(await body.text()).toBe(sha256);
  } finally {
    server.close();
  }
});

it('closes a file of which nobody read a byte, as where the target is down', async () => {
  const handle = await open(store.localPath!(sha256));
  const stream = readFileInRing(handle);

  stream.destroy();

  await waitFor('the file to be closed', () => handle.fd === -1);
});

async function receiveSlowly(incoming: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  let sinceBytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sinceBytes += chunk.length;
    if (sinceBytes < 700_000) continue;
    sinceBytes = 0;
    await wait(5);
  }
  return hash.digest('hex');
}

it('leaves chunks alone for a reader that keeps them', async () => {
  const { stream } = await store.open(sha256);
  const kept: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) kept.push(chunk);
  expect(Buffer.concat(kept).equals(content)).toBe(true);
});

it('closes the file when its reader stops half-way', async () => {
  const { stream } = await store.open(sha256, { sendsAtOnce: true });
  stream.once('data', () => stream.destroy());
  await new Promise((resolve) => stream.once('close', resolve));
  expect(stream.destroyed).toBe(true);
  await expect(store.collect({ keep: new Set(), olderThanMs: -1 })).resolves.toBe(1);
});
