import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeCertificates } from '../../sandbox/qrs/certificates.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World, type Yaml } from '../harness/world.ts';
import {
  expectStanding,
  expectSwept,
  expectUnpublished,
  fault,
  mailsOf,
  mendAll,
  type Modes,
  promoted,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
} from './effects.ts';

interface Wrong {
  readonly site: string;
  readonly code: string;
  /** The setting that the error names. */
  readonly setting: string;
}

const WRONGS: readonly Wrong[] = [
  { site: 'authority', code: 'WAYBILL_QRS_TLS_UNTRUSTED', setting: 'certificates' },
  { site: 'name', code: 'WAYBILL_QRS_TLS_NAME', setting: 'serverName' },
  { site: 'user', code: 'WAYBILL_QRS_USER', setting: 'user' },
  { site: 'key', code: 'WAYBILL_QRS_XSRF', setting: 'hosts' },
  { site: 'port', code: 'WAYBILL_QRS_UNREACHABLE', setting: 'port' },
];

const quick = (yaml: Yaml): void => {
  Object.assign(yaml['retry'], { needsOperatorAfter: '2s', recheck: '400ms' });
};

/** Has the site's folder trust another authority than its own; the way back. */
async function trustAnother(world: World, site: string): Promise<() => Promise<void>> {
  const { certificates } = world.site(site);
  const aside = path.join(world.folder, `${site}-aside`);
  await mkdir(aside, { recursive: true });
  const other = await writeCertificates({ folder: path.join(aside, 'other'), hostNames: ['localhost'] });
  await copyFile(certificates.root, path.join(aside, 'root.pem'));
  await copyFile(other.root, certificates.root);
  return () => copyFile(path.join(aside, 'root.pem'), certificates.root);
}

interface Trouble {
  readonly code: string;
  readonly message: string;
}

/** How often operators were told of a site, by its errors. */
function told(world: World, site: string): string[] {
  return world.inbox
    .messages()
    .filter(({ to, text }) => to.includes('operator@company.example') && text.includes(world.alias(site)))
    .map(({ text }) => /WAYBILL_[A-Z_]+/.exec(text)?.[0] ?? text);
}

describe('targets that cannot be worked with', () => {
  let world: World;
  let trustAgain: () => Promise<void>;
  let first: SentApp;
  let second: SentApp;
  const names = [...WRONGS.map(({ site }) => site), 'good'];
  const modes: Modes = Object.fromEntries(names.map((name) => [name, 'Duplicate'] as const));

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: names,
      change: (yaml, alias) => {
        quick(yaml);
        yaml['sites'][alias('name')].hosts = ['127.0.0.1'];
        yaml['sites'][alias('user')].user = { directory: 'INTERNAL', id: 'sa_waybill' };
      },
    });
    trustAgain = await trustAnother(world, 'authority');
    const text = 'XSRF prevention check failed. Possible XSRF discovered.';
    fault(world, 'key', { effect: { type: 'status', status: 403, text }, times: 0 });
    await world.site('port').goDown();
    first = send(world, 'First', modes);
    second = send(world, 'Second', modes);
  });

  afterAll(async () => {
    await world?.close();
  });

  it('are shown with an error of their own that names site, setting and remedy', async () => {
    const troubles = await waitFor('all to need an operator', async () => {
      const all = await world.ledger.troubles<Trouble>();
      return all.length === 2 * WRONGS.length ? all : undefined;
    });

    for (const { site, code, setting } of WRONGS) {
      const here = troubles.filter(({ target }) => target === world.alias(site));
      expect(new Set(here.map(({ appName }) => appName))).toEqual(new Set(['First', 'Second']));
      for (const { state, trouble } of here) {
        expect({ site, state, code: trouble.code }).toEqual({ site, state: 'needs-operator', code });
        expect(trouble.message).toContain(world.alias(site));
        expect(trouble.message).toContain(`sites.${world.alias(site)}.${setting}`);
      }
    }
  });

  it('hold up neither the other target nor the source', async () => {
    for (const app of [first, second]) {
      await waitFor('the good target to be served', () => standingOf(world, 'good', app.name)[0]?.stream);
      expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
      expect(world.site('dev').app(app.id)).toMatchObject({ published: true });
      expect(world.site('dev').app(app.id)!['customProperties']).toHaveLength(names.length + 3);
    }
  });

  it('are told of in one mail a site, however many promotions wait for it', async () => {
    await waitFor('the mails', () => WRONGS.every(({ site }) => told(world, site).length > 0));

    for (const { site, code } of WRONGS) expect(told(world, site)).toEqual([code]);
    expect(told(world, 'good')).toEqual([]);
  });

  it('are served once they are mended, by Waybill itself', async () => {
    await trustAgain();
    await mendName(world);
    world.site('user').actAs.createUser({ directory: 'INTERNAL', id: 'sa_waybill', roles: ['RootAdmin'] });
    mendAll(world);
    await world.site('port').comeUp();

    for (const app of [first, second]) {
      const { promotionKey } = await promoted(world, app);
      for (const name of names) expectStanding(world, name, app, [{ stream: 'Sales', owner: REP }]);
      expectUnpublished(world, app);
      await waitFor('its mail', () => mailsOf(world, promotionKey).some(({ kind }) => kind === 'results'));
    }
    expect(await world.ledger.troubles()).toEqual([]);
    await expectSwept(world);
  });
});

/** The site gets a certificate for the name it is called by, and its export is copied to Waybill. */
async function mendName(world: World): Promise<void> {
  const site = world.site('name');
  const folder = path.join(world.folder, 'name-anew');
  const files = await writeCertificates({ folder, hostNames: ['127.0.0.1'] });
  await site.useCertificates(files);
  await site.goDown();
  await copyFile(files.root, site.certificates.root);
  await copyFile(files.client, site.certificates.client);
  await copyFile(files.clientKey, site.certificates.clientKey);
  await site.comeUp();
}

describe('a source that cannot be worked with in mid-promotion', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'], change: quick });
  });

  afterEach(() => {
    world.site('dev').switches.exportDurationMs = 0;
  });

  afterAll(async () => {
    await world?.close();
  });

  /** An app whose decision is recorded and whose export is under way. */
  async function exporting(name: string): Promise<SentApp> {
    world.site('dev').switches.exportDurationMs = 1200;
    const app = send(world, name, { test: 'Duplicate' });
    await waitFor('the decision', async () => (await world.ledger.listPromotions({ appId: app.id })).length > 0);
    return app;
  }

  async function expectTrouble(app: SentApp, code: string, setting: string): Promise<void> {
    const promotion = await waitFor('the promotion to need an operator', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: app.id });
      return latest?.state === 'needs-operator' ? latest : undefined;
    });
    const records = await world.ledger.recordsOf(promotion.promotionKey);
    const trouble = records.find(({ type }) => type === 'trouble')?.facts as Trouble;
    expect(trouble.code).toBe(code);
    expect(trouble.message).toContain(`sites.${world.alias('dev')}.${setting}`);
    await waitFor('the mail', () => told(world, 'dev').includes(code));
    expect(told(world, 'dev').filter((one) => one === code)).toHaveLength(1);
  }

  it('is waited for while its port is closed', async () => {
    const app = await exporting('Closed');
    await world.site('dev').goDown();

    await expectTrouble(app, 'WAYBILL_QRS_UNREACHABLE', 'port');
    await world.site('dev').comeUp();

    await promoted(world, app);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, app);
  });

  it('is waited for while its certificates are those of another site', async () => {
    const app = await exporting('Untrusted');
    const trustAgain = await trustAnother(world, 'dev');

    await expectTrouble(app, 'WAYBILL_QRS_TLS_UNTRUSTED', 'certificates');
    await trustAgain();

    await promoted(world, app);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, app);
    await expectSwept(world);
  });
});
