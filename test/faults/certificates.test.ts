import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokenCertificates, writeBrokenCertificates, writeCertificates } from '../../sandbox/qrs/certificates.ts';
import { promoted, publishedApp, send, type SentApp, standingOf, startEffectsWorld } from '../effects/effects.ts';
import { approve } from '../harness/acts.ts';
import { stuckDelivery } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

interface Case {
  readonly what: string;
  readonly kind: BrokenCertificates;
  /** Waybill was given the certificates of the same export. */
  readonly isKnown: boolean;
  readonly code: string;
  readonly says: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    what: 'that has run out',
    kind: 'expired',
    isKnown: true,
    code: 'WAYBILL_QRS_TLS_EXPIRED',
    says: [/is not valid today: it has run out/, /export them again/],
  },
  {
    what: 'of another authority',
    kind: 'wrong-authority',
    isKnown: false,
    code: 'WAYBILL_QRS_TLS_UNTRUSTED',
    says: [/root\.pem of this site does not vouch for/, /put root\.pem into the folder of sites\.[\w-]+\.certificates/],
  },
  {
    what: 'for another host',
    kind: 'wrong-host',
    isKnown: true,
    code: 'WAYBILL_QRS_TLS_NAME',
    says: [/asked for localhost, issued for another-host\.invalid/, /Set sites\.[\w-]+\.serverName/],
  },
];

describe('row 20: a target that shows a certificate', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterAll(async () => {
    await world?.close();
  });

  const certificates = (): { folder: string; hostNames: string[] } => {
    const { certificatesFolder, host } = world.site('test');
    return { folder: certificatesFolder, hostNames: [host] };
  };

  /** The certificates of another export in a folder of their own; Waybill is given its share where it `isKnown`. */
  async function show({ kind, isKnown }: Pick<Case, 'kind' | 'isKnown'>): Promise<void> {
    const { hostNames, folder } = certificates();
    const broken = await writeBrokenCertificates(kind, { folder: path.join(world.folder, kind), hostNames });
    const shared = isKnown ? ['root.pem', 'client.pem', 'client_key.pem'] : [];
    for (const file of shared) await copyFile(path.join(broken.folder, file), path.join(folder, file));
    await world.site('test').useCertificates(broken);
    await world.site('test').restartRepository();
  }

  /** What an administrator does: new certificates, exported again. */
  async function mend(): Promise<void> {
    await world.site('test').useCertificates(await writeCertificates(certificates()));
    await world.site('test').restartRepository();
  }

  it.each(cases)('$what is refused in words that say what to do, and goes on once it is mended', async (one) => {
    await show(one);
    const app = send(world, `Certificate ${one.what}`, { test: 'Duplicate' });

    const trouble = await stuckDelivery(world, app.id, 'test');
    expect(trouble).toMatchObject({ code: one.code, willRetry: false });
    const mail = await world.inbox.waitFor(({ subject }) => subject.includes(one.code));
    for (const text of [trouble.message, mail.text.replaceAll(/\s+/g, ' ')]) {
      expect(text).toContain(world.alias('test'));
      for (const words of one.says) expect(text).toMatch(words);
      expect(text).not.toMatch(/\{\w+\}/);
    }
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    await mend();

    await promoted(world, app);
    await expectSound(world);
  });

  it('that no longer takes ours is told by the client certificate that ran out', async () => {
    const { folder, hostNames } = certificates();
    const good = await writeCertificates({ folder, hostNames });
    const expired = { folder: path.join(world.folder, 'expired-client'), hostNames, validForDays: -1 };
    const old = await writeCertificates(expired);
    for (const file of ['client.pem', 'client_key.pem']) {
      await copyFile(path.join(old.folder, file), path.join(folder, file));
    }
    // The site itself shows a good certificate, and trusts the authority that issued the old one for us.
    const { server, serverKey } = good;
    await world.site('test').useCertificates({ ...old, server, serverKey });
    await world.site('test').restartRepository();
    const app = send(world, 'Our own has run out', { test: 'Duplicate' });

    const trouble = await stuckDelivery(world, app.id, 'test');
    expect(trouble.code).toBe('WAYBILL_QRS_CLIENT_CERTIFICATE');
    expect(trouble.message).toMatch(/client\.pem has run out on/);
    await mend();

    await promoted(world, app);
    await expectSound(world);
  });

  it.each([
    { how: 'while the connection stays', reset: false },
    { how: 'and the connection is cut', reset: true },
  ])('is rotated in the middle of an upload, $how: the app stands there once', async ({ how, reset }) => {
    const { faults } = world.site('test');
    const slow = { method: 'POST', path: '/app/upload', afterRequestBytes: 100_000 } as const;
    const fault = faults.add({ ...slow, effect: { type: 'delay', delayMs: 500 } });
    const app = bigApp(`Rotated ${how}`);
    await waitFor('the upload to be under way', () => faults.struck(fault) > 0);
    await world.site('test').useCertificates(await writeCertificates(certificates()));
    if (reset) await world.site('test').restartRepository();

    await promoted(world, app);
    faults.clear();
    await expectSound(world);
  });

  function bigApp(name: string): SentApp {
    const { actAs } = world.site('dev');
    const app = publishedApp(world, name);
    const id = actAs.createApp({ name: `${name}, big`, owner: 'COMPANY\\rep', dataSizeBytes: 1_000_000 });
    actAs.publish(id, 'Sales');
    approve(world, id, { test: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    return { ...app, id, name: `${name}, big` };
  }
});
