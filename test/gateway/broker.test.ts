import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, openBroker } from '../../gateway/broker.ts';
import { createForwarder } from '../../gateway/forward.ts';
import { RefusedForGoodError } from '../../gateway/publish.ts';
import { readSettings } from '../../gateway/settings.ts';
import { Spool } from '../../gateway/spool.ts';
import { writeCertificates } from '../../sandbox/qrs/certificates.ts';
import { findMosquitto, startMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import {
  ACCEPT_3_1_1,
  ACCEPT_5,
  type FakeBroker,
  type FakeBrokerOptions,
  puback,
  startFakeBroker,
} from './fake-broker.ts';
import { ENV, settingsYaml, type Yaml } from './make-gateway.ts';

const TOPIC = 'qscloud/app/reload/tenant';
const BODY = Buffer.from('{}');

const closing: (() => unknown)[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-broker-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true, force: true });
});

function open(url: string, more: Yaml = {}): Broker & { readonly told: string[] } {
  const yaml = settingsYaml((settings) => {
    settings['broker'] = { url, reconnectEvery: 30, connectTimeout: 300, publishTimeout: 300, ...more };
  });
  const told: string[] = [];
  const { broker: settings } = readSettings(yaml, { folder, env: ENV });
  const broker = openBroker(settings, {
    connected: (protocol) => told.push(protocol),
    lost: () => told.push('lost'),
    failed: (reason) => told.push(reason),
  });
  closing.push(() => broker.close());
  return Object.defineProperty(broker, 'told', { value: told }) as Broker & { told: string[] };
}

async function fake(options: FakeBrokerOptions): Promise<FakeBroker> {
  const broker = await startFakeBroker(options);
  closing.push(() => broker.close());
  return broker;
}

/** As `mosquitto_passwd` writes it. */
function mosquittoHash(password: string): string {
  const salt = randomBytes(12);
  const key = pbkdf2Sync(password, salt, 101, 64, 'sha512');
  return ['', '7', '101', salt.toString('base64'), key.toString('base64')].join('$');
}

const connected = (broker: Broker) => waitFor('the connection', () => broker.isConnected);

describe('a connection to a broker', () => {
  it('is made anew after the broker refused it', async () => {
    const refusal = [0x20, 3, 0, 0x89, 0];
    const server = await fake({ onConnect: (nth) => (nth < 3 ? refusal : ACCEPT_5) });
    const broker = open(server.url, { protocol: '5' });
    await connected(broker);

    // What repeats itself is told once.
    expect(broker.told).toEqual(['Connection refused: Server busy', 'MQTT 5']);
  });

  it('is made in MQTT 3.1.1 where a broker refuses MQTT 5, hangs up on it, or is silent', async () => {
    for (const answer of [[0x20, 2, 0, 1], 'hang up', undefined] as const) {
      const server = await fake({ onConnect: (_, version) => (version === 4 ? ACCEPT_3_1_1 : answer) });
      const broker = open(server.url);
      await connected(broker);

      expect(broker.told.at(-1)).toBe('MQTT 3.1.1');
      expect(server.versions).toEqual([5, 4]);
    }
  });

  it('stays with MQTT 5 while there is nobody to ask, as only that tells why a message is refused', async () => {
    const away = await startFakeBroker({ onConnect: () => ACCEPT_5 });
    away.close();
    const broker = open(away.url);
    await waitFor('attempts in vain', () => broker.told.length > 0);
    const { port } = new URL(away.url);
    const server = await fake({ onConnect: () => ACCEPT_5, port: Number(port) });
    await connected(broker);

    expect(server.versions).toEqual([5]);
    expect(broker.told).toHaveLength(2);
  });

  it('keeps alive as often as it is told, and Azure Event Grid allows', async () => {
    const server = await fake({ onConnect: () => ACCEPT_5 });
    const broker = open(server.url, { keepAlive: '1160s' });
    await connected(broker);

    expect(server.keepAlive()).toBe(1160);
    for (const keepAlive of ['1161s', '0s', 'often'])
      expect(() => open(server.url, { keepAlive })).toThrow(/broker\.keepAlive/);
  });
});

describe('a message', () => {
  const answering = (reason: (nth: number) => number | undefined, accept: readonly number[] = ACCEPT_5) =>
    fake({
      onConnect: () => accept,
      onPublish: (nth, id) => {
        const code = reason(nth);
        return code === undefined ? undefined : puback(id, code);
      },
    });

  it('is not taken where the broker confirms it with a no, and is where it only has no reader', async () => {
    const codes = [0x87, 0x97, 0x10, 0];
    const server = await answering((nth) => codes[nth]);
    const broker = open(server.url, { protocol: '5' });
    await connected(broker);

    await expect(broker.publish(TOPIC, BODY)).rejects.toThrow('Not authorized');
    await expect(broker.publish(TOPIC, BODY)).rejects.toThrow('Quota exceeded');
    await broker.publish(TOPIC, BODY);
    await broker.publish(TOPIC, BODY);
  });

  it('that is not confirmed in time is not sent again by itself', async () => {
    let connections = 0;
    const server = await fake({ onConnect: () => ((connections += 1) > 0 ? ACCEPT_5 : undefined) });
    const broker = open(server.url, { protocol: '5' });
    await connected(broker);

    await expect(broker.publish(TOPIC, BODY)).rejects.toThrow('in time');
    expect(server.published()).toBe(1);
    server.dropAll();
    await waitFor('another connection', () => connections === 2 && broker.isConnected);
    await broker.publish(TOPIC, BODY).catch(() => undefined);
    expect(server.published()).toBe(2);
  });

  it('waits for its turn where the broker takes only so many at a time', async () => {
    let outstanding = 0;
    let most = 0;
    const server = await fake({
      // Receive Maximum 2.
      onConnect: () => [0x20, 6, 0, 0, 3, 0x21, 0, 2],
      onPublish: async (_, id) => {
        outstanding += 1;
        most = Math.max(most, outstanding);
        await wait(5);
        outstanding -= 1;
        return puback(id);
      },
    });
    const broker = open(server.url, { protocol: '5', publishTimeout: '10s' });
    await connected(broker);

    await Promise.all(Array.from({ length: 20 }, () => broker.publish(TOPIC, BODY)));

    expect(most).toBe(2);
    expect(server.published()).toBe(20);
  });

  it('is refused at once where it is larger than the broker takes', async () => {
    // Maximum Packet Size 512 KiB.
    const server = await answering(() => 0, [0x20, 8, 0, 0, 5, 0x27, 0, 8, 0, 0]);
    const broker = open(server.url, { protocol: '5' });
    await connected(broker);

    await broker.publish(TOPIC, Buffer.alloc(511 * 1024));
    await expect(broker.publish(TOPIC, Buffer.alloc(512 * 1024))).rejects.toThrow(RefusedForGoodError);
  });

  it('that is refused for good is put aside, and those behind it go on; one refused for now is kept', async () => {
    // The first try of each event, then the spool: payload format invalid; not authorized, then taken.
    const codes = [0x99, 0x99, 0x87];
    const server = await answering((nth) => codes[nth] ?? 0);
    const broker = open(server.url, { protocol: '5' });
    await connected(broker);
    const spool = await Spool.open({ folder: path.join(folder, 'spool'), maxEvents: 10, maxBytes: 1_000_000 });
    const aside: string[] = [];
    const forwarder = createForwarder(broker, spool, {
      notConfirmed: () => undefined,
      confirmedAgain: () => undefined,
      spoolFailed: () => undefined,
      drained: () => undefined,
      putAside: (file) => aside.push(path.basename(file)),
    });
    closing.push(() => forwarder.close());

    expect(await forwarder.take(TOPIC, Buffer.from('bad'))).toBe('spooled');
    expect(await forwarder.take(TOPIC, Buffer.from('good'))).toBe('spooled');
    await waitFor('the spool to be drained', () => spool.length === 0);

    expect(aside).toEqual(['0000000000000001.event.refused']);
    expect(server.published()).toBe(4);
    expect(await readdir(path.join(folder, 'spool'))).toEqual(aside);
  });
});

describe.skipIf(!findMosquitto())('a broker with TLS', () => {
  async function startTls(lines: readonly string[]): Promise<{ url: string; files: Yaml }> {
    const files = await writeCertificates({ folder, hostNames: ['localhost', '127.0.0.1'] });
    const tls = [`cafile ${files.root}`, `certfile ${files.server}`, `keyfile ${files.serverKey}`];
    const broker = await startMosquitto({ lines: [...tls, ...lines] });
    closing.push(() => broker.close());
    const { root: certificateAuthority, client: clientCertificate, clientKey } = files;
    return {
      url: `mqtts://127.0.0.1:${broker.port}`,
      files: { certificateAuthority, clientCertificate, clientKey },
    };
  }

  it('takes a client certificate, and nobody without one', async () => {
    const { url, files } = await startTls(['require_certificate true', 'use_identity_as_username true']);
    const broker = open(url, files);
    const { certificateAuthority } = files;
    const stranger = open(url, { certificateAuthority, clientId: 'stranger' });
    await connected(broker);
    await broker.publish(TOPIC, BODY);
    await waitFor('the stranger to be refused', () => stranger.told.length > 0);

    expect(stranger.isConnected).toBe(false);
    expect(broker.told).toEqual(['MQTT 5']);
  });

  it('is not spoken to where its certificate is of an unknown authority', async () => {
    const { url, files } = await startTls(['allow_anonymous true']);
    const broker = open(url, { ...files, certificateAuthority: undefined });
    await waitFor('the failure', () => broker.told.length > 0);

    expect(broker.told[0]).toMatch(/certificate/);
    expect(broker.isConnected).toBe(false);
  });

  it('takes a user with a password', async () => {
    const passwords = path.join(folder, 'passwords');
    await writeFile(passwords, `gateway:${mosquittoHash('its value')}\n`);
    const { url, files } = await startTls(['allow_anonymous false', `password_file ${passwords}`]);
    const { certificateAuthority } = files;
    const broker = open(url, { certificateAuthority, username: 'gateway', password: { env: 'its value' } });
    const wrong = open(url, {
      certificateAuthority,
      clientId: 'wrong',
      username: 'gateway',
      password: { env: 'another-secret' },
    });
    await connected(broker);
    await broker.publish(TOPIC, BODY);

    await waitFor('the refusal', () => wrong.told.some((told) => /[Nn]ot authorized|Bad/.test(told)));
  });
});
