import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionSettings, connectTemporal, temporalAddress } from '../../temporal/connect.ts';
import { tcpProxy } from '../harness/tcp-proxy.ts';
import { testTemporalConfig } from '../harness/temporal-config.ts';
import { testTemporalAddress } from '../harness/temporal.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-connect-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('connectTemporal', () => {
  it('connects to the given address and works in the configured namespace', async () => {
    const temporal = await connectTemporal({
      config: { temporal: testTemporalConfig() },
      address: testTemporalAddress(),
    });

    expect(await temporal.client.workflow.count()).toMatchObject({ count: expect.any(Number) as number });
    expect(temporal.client.options.namespace).toBe('default');
    await temporal.close();
    await temporal.close();
  });

  it('says where it looked and what to check when nothing answers', async () => {
    const config = { temporal: testTemporalConfig({ address: '127.0.0.1:1' }) };

    await expect(connectTemporal({ config, connectTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('127.0.0.1:1') as string,
      remedy: expect.stringContaining('temporal.address') as string,
    });
  });

  it('can be closed while a failed call waits to be repeated', async () => {
    const proxy = await tcpProxy(testTemporalAddress());
    const temporal = await connectTemporal({ config: { temporal: testTemporalConfig() }, address: proxy.address });
    proxy.cut();
    const repeated = temporal.client.workflow.count().catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300));

    await temporal.close();

    expect(await repeated).toBeInstanceOf(Error);
  });
});

describe('connectionSettings', () => {
  it('reads TLS files and the API key when asked', async () => {
    for (const name of ['ca', 'certificate', 'key']) await writeFile(join(folder, name), name);
    const tls = {
      ca: join(folder, 'ca'),
      certificate: join(folder, 'certificate'),
      key: join(folder, 'key'),
      serverName: 'temporal',
    };
    const apiKey = { describe: () => '${env:KEY}', resolve: async () => 'the key', toJSON: () => '********' };

    expect(await connectionSettings({ temporal: testTemporalConfig({ address: 'host:1', tls, apiKey }) })).toEqual({
      address: 'host:1',
      apiKey: 'the key',
      tls: {
        serverNameOverride: 'temporal',
        serverRootCACertificate: Buffer.from('ca'),
        clientCertPair: { crt: Buffer.from('certificate'), key: Buffer.from('key') },
      },
    });
  });

  it('names the setting whose file cannot be read', async () => {
    const tls = { ca: join(folder, 'missing.pem') };

    await expect(connectionSettings({ temporal: testTemporalConfig({ tls }) })).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_FILE_UNREADABLE',
      facts: { setting: 'temporal.tls.ca', reason: 'ENOENT' },
    });
  });

  it('takes the address of the development server when none is configured', () => {
    expect(temporalAddress({ temporal: testTemporalConfig() })).toBe('127.0.0.1:7233');
    expect(temporalAddress({ temporal: testTemporalConfig({ address: 'cluster:7233' }) })).toBe('cluster:7233');
    expect(temporalAddress({ temporal: testTemporalConfig({ address: 'cluster:7233' }) }, 'given:1')).toBe('given:1');
  });
});
