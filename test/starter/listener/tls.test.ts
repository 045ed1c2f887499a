import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CertificateFiles, ensureCertificates } from '../../../sandbox/qrs/certificates.ts';
import { type TestTemporal, testTemporal } from '../../harness/temporal.ts';
import { change, hintsOf, listenerUnderTest } from './listener-fixture.ts';

let folder: string;
let files: CertificateFiles;
let temporal: TestTemporal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-listener-tls-'));
  files = await ensureCertificates({ folder, hostNames: ['localhost'] });
  temporal = await testTemporal();
});

afterAll(async () => {
  await temporal?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a listener with a certificate', () => {
  it('takes callbacks over TLS', async () => {
    const tls = { certificate: files.server, key: files.serverKey };
    const under = await listenerUnderTest(temporal.address, { tls });
    const id = randomUUID();

    const status = await postTls(under.listener.port, under.path(under.dev), [change(id)]);

    expect(under.listener.url).toMatch(/^https:\/\//);
    expect(status).toBe(204);
    expect((await hintsOf(temporal.client, under.dev)).flat()).toEqual([id]);
    await under.close();
  });

  it('does not start with a key that belongs to another certificate', async () => {
    const tls = { certificate: files.server, key: files.clientKey };

    await expect(listenerUnderTest(temporal.address, { tls })).rejects.toMatchObject({
      code: 'WAYBILL_LISTENER_CERTIFICATE_UNUSABLE',
      message: expect.stringContaining(`the file ${files.server}`) as string,
    });
  });
});

async function postTls(port: number, path: string, body: unknown): Promise<number | undefined> {
  const ca = await readFile(files.root);
  return new Promise((resolve, reject) => {
    const call = request({ host: 'localhost', family: 4, port, path, method: 'POST', ca });
    call.once('response', (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    });
    call.once('error', reject).end(JSON.stringify(body));
  });
}
