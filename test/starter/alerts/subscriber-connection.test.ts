import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CertificateFiles, writeCertificates } from '../../../sandbox/qrs/certificates.ts';
import { findMosquitto, type Mosquitto, startMosquitto } from '../../harness/mosquitto.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { connack, connackOf5, type Refusal, type RefusingBroker, refusingBroker } from './refusing-broker.ts';
import { failed, startSubscriberWorld, type SubscriberWorld, TOPIC } from './subscriber-world.ts';

const FIVE = 5;
const THREE = 4;
/** CONNACK: server unavailable, in either version. */
const UNAVAILABLE = 3;
const UNAVAILABLE_5 = 0x88;

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('the connection of the subscriber', () => {
  let broker: Mosquitto;
  let world: SubscriberWorld;
  let front: RefusingBroker | undefined;

  beforeAll(async () => {
    broker = await startMosquitto();
  });
  beforeEach(async () => {
    world = await startSubscriberWorld(broker);
  });
  afterEach(async () => {
    await world?.close();
    front?.close();
    front = undefined;
  });
  afterAll(() => broker?.close());

  const isTold = (reloadId: string) =>
    waitFor(`the alert of ${reloadId}`, async () => (await world.told(reloadId)) > 0);
  const subscribeBy = async (refusal: Refusal): Promise<RefusingBroker> => {
    const { url } = (front = await refusingBroker(broker.port, refusal));
    await world.subscribe((settings) => (settings['url'] = url));
    return front;
  };
  const isLogged = (part: string) =>
    waitFor(`the log to tell of "${part}"`, () =>
      world.logger.lines.some(({ reason }) => String(reason).includes(part)),
    );

  it('is made again after a refusal', async () => {
    const { tries } = await subscribeBy((version, nth) => {
      if (nth > 1) return undefined;
      return version === FIVE ? connackOf5(UNAVAILABLE_5) : connack(UNAVAILABLE);
    });
    await world.takes();
    await world.publish(failed('r1'));

    await isTold('r1');
    expect(tries).toEqual([FIVE, FIVE]);
    expect(world.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', reason: expect.stringContaining('Server unavailable') }),
    );
  });

  it.each([
    ['refuses MQTT 5 as 3.1.1 does', (version) => (version === FIVE ? connack(1) : undefined)],
    ['refuses MQTT 5 as 5 does', (version) => (version === FIVE ? connackOf5(0x84) : undefined)],
    ['hangs up on MQTT 5', (version) => (version === FIVE ? Buffer.of() : undefined)],
  ] as [string, Refusal][])(
    'falls back to MQTT 3.1.1 where the broker %s, and keeps what comes meanwhile',
    async (_what, refusal) => {
      const { url, tries } = (front = await refusingBroker(broker.port, refusal));
      const at = (settings: Record<string, unknown>) => void (settings['url'] = url);
      const first = await world.subscribe(at);
      await world.takes();
      expect(tries).toEqual([FIVE, THREE]);
      await first.close();
      await world.publish(failed('r1'));

      await world.subscribe(at);
      await isTold('r1');
    },
  );

  it('is made again, by MQTT 5, when the broker was killed, and takes what the broker had kept', async () => {
    const { tries } = await subscribeBy(() => undefined);
    await world.takes();
    await broker.kill();
    await waitFor('a try that found nobody', () => tries.length > 1);
    await broker.start();
    await world.takes(2);
    await world.publish(failed('r1'));

    await isTold('r1');
  });

  it('does not fall back to MQTT 3.1.1 because nobody listens', async () => {
    const other = await startMosquitto();
    await other.kill();
    const subscriber = await world.subscribe((settings) => (settings['url'] = other.url));
    await isLogged('ECONNREFUSED');
    await other.start();
    await waitFor('the session', () => subscriber.isConnected);

    const told = world.logger.lines.filter(({ reason }) => String(reason).includes('ECONNREFUSED'));
    expect(told).toHaveLength(1);
    await subscriber.close();
    await other.close();
  });

  it('gives each event to one of a group', async () => {
    const one = await world.subscribe((settings) =>
      Object.assign(settings, { sharedGroup: 'waybill', clientId: 'one' }),
    );
    const two = await world.subscribe((settings) =>
      Object.assign(settings, { sharedGroup: 'waybill', clientId: 'two' }),
    );
    await world.takes(2);
    const reloads = Array.from({ length: 20 }, (_, nth) => `r${nth}`);
    for (const reload of reloads) await world.publish(failed(reload));

    for (const reload of reloads) await isTold(reload);
    await waitFor('all to be counted', () => one.counts.alerting + two.counts.alerting >= 20);

    expect(await Promise.all(reloads.map((reload) => world.told(reload)))).toEqual(reloads.map(() => 1));
    expect(one.counts.alerting).toBeGreaterThan(0);
    expect(two.counts.alerting).toBeGreaterThan(0);
  });

  describe('with a login', () => {
    let guarded: Mosquitto;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'waybill-broker-'));
      const file = path.join(folder, 'passwords');
      await writeFile(file, '');
      execFileSync('mosquitto_passwd', ['-b', file, 'waybill', 'the right one']);
      guarded = await startMosquitto({ lines: ['allow_anonymous false', `password_file ${file}`] });
    });
    afterAll(async () => {
      await guarded?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('takes events with the right one', async () => {
      await world.subscribe((settings) =>
        Object.assign(settings, { url: guarded.url, login: { user: 'waybill', password: 'the right one' } }),
      );
      await world.takes();
      const publisher = await mqtt.connectAsync(guarded.url, { username: 'waybill', password: 'the right one' });
      await publisher.publishAsync(TOPIC, failed('r1'), { qos: 1 });
      await publisher.endAsync();

      await isTold('r1');
    });

    it('says that the password is wrong, without showing it, and goes on trying', async () => {
      front = await refusingBroker(guarded.port, () => undefined);
      await world.subscribe((settings) =>
        Object.assign(settings, { url: front!.url, login: { user: 'waybill', password: 'canary-password' } }),
      );

      await isLogged('Not authorized');
      await waitFor('the third try', () => front!.tries.length >= 3);
      expect(new Set(front.tries)).toEqual(new Set([FIVE]));
      expect(JSON.stringify(world.logger.lines)).not.toContain('canary-password');
    });
  });

  describe('with certificates', () => {
    let guarded: Mosquitto;
    let folder: string;
    let files: CertificateFiles;
    let strange: CertificateFiles;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'waybill-broker-'));
      const certificates = (name: string) =>
        writeCertificates({ folder: path.join(folder, name), hostNames: ['localhost', '127.0.0.1'] });
      files = await certificates('ours');
      strange = await certificates('strange');
      const tls = [`cafile ${files.root}`, `certfile ${files.server}`, `keyfile ${files.serverKey}`];
      guarded = await startMosquitto({ lines: ['allow_anonymous true', 'require_certificate true', ...tls] });
    });
    afterAll(async () => {
      await guarded?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const subscribeWith = (ca: string, client?: { certificate: string; key: string }) =>
      world.subscribe((settings) =>
        Object.assign(settings, { url: `mqtts://127.0.0.1:${guarded.port}`, ca, ...(client && { client }) }),
      );

    it('takes events by TLS with the certificate of a client', async () => {
      await subscribeWith(files.root, { certificate: files.client, key: files.clientKey });

      await world.takes();
    });

    it('says that the authority is not the one of the broker, and goes on trying', async () => {
      await subscribeWith(strange.root, { certificate: files.client, key: files.clientKey });

      await isLogged('certificate');
      expect(world.logger.lines.some(({ msg }) => msg === 'Events are taken from the MQTT broker')).toBe(false);
    });

    it('says so where the broker refuses the certificate of the client', async () => {
      const subscriber = await subscribeWith(files.root, { certificate: strange.client, key: strange.clientKey });

      await waitFor('the trouble to be logged', () => world.logger.lines.some(({ level }) => level === 'warn'));
      expect(subscriber.isConnected).toBe(false);
    });

    it('says which file cannot be read, and is not started', async () => {
      await expect(subscribeWith(path.join(folder, 'no-such.pem'))).rejects.toMatchObject({
        code: 'WAYBILL_ALERT_BROKER',
        message: expect.stringContaining('alerts.broker.ca'),
      });
    });
  });
});
