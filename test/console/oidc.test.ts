import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCertificates } from '../../sandbox/qrs/certificates.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { Yaml } from '../harness/world.ts';
import { type ConsoleWorld, PASSWORD, type Shown, startConsoleWorld } from './console-world.ts';
import {
  type Account,
  CLIENT_SECRET,
  type ProviderOptions,
  type ProviderWorld,
  startProvider,
} from './provider-world.ts';

const BACK = '/sign-in/oidc/back';
const sales: Account = { name: 'Bert@company.example', displayName: 'Bert Boss', groups: ['Sales managers', 'Staff'] };
const contact = 'the Qlik team, qlik@company.example';

function settings(issuer: string): object {
  return {
    issuer,
    label: 'your company account',
    clientId: 'waybill',
    clientSecret: CLIENT_SECRET,
    account: String.raw`COMPANY\{samaccountname}`,
    roles: { admin: ['Qlik admins'], approver: { 'Sales managers': ['Sales'] }, viewer: ['Staff'] },
  };
}

interface OidcWorld {
  readonly world: ConsoleWorld;
  readonly provider: ProviderWorld;
  close(): Promise<void>;
}

/** A console with a provider; `more`: other settings of the console. `ca`: whom it trusts alone. */
async function startOidcWorld(more: Yaml = {}, options: ProviderOptions = {}, ca?: string): Promise<OidcWorld> {
  const provider = await startProvider(options);
  const oidc = { ...settings(provider.issuer), ca };
  const change = (yaml: Yaml): void => void Object.assign(yaml, { console: { port: 0, contact, oidc, ...more } });
  const world = await startConsoleWorld({ change });
  provider.serve(`${world.url}${BACK}`);
  const close = async (): Promise<void> => {
    await world.close();
    await provider.close();
  };
  return { world, provider, close };
}

let world: ConsoleWorld;
let provider: ProviderWorld;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ world, provider, close } = await startOidcWorld());
});
afterAll(() => close?.());

async function signIn(account: Account | undefined): Promise<Shown> {
  provider.signsIn(account);
  return world.browser().open('/sign-in/oidc');
}

/** A browser that was at the provider, and the address it is sent back to. */
async function comingBack(account: Account) {
  provider.signsIn(account);
  const browser = world.browser();
  const { path } = await browser.openUntil('/sign-in/oidc?to=/account', BACK);
  return { browser, back: new URL(path) };
}

describe('somebody whom the identity provider knows', () => {
  it('gets in with the roles of his groups, and goes on to the page that was asked for', async () => {
    provider.signsIn(sales);
    const browser = world.browser();
    const page = await browser.open('/account');
    const link = /href="(http:[^"]+)"[^>]*>Sign in with your company account/.exec(page.text)?.[1] ?? '';

    const shown = await browser.open(link.replaceAll('&amp;', '&'));

    expect(shown).toMatchObject({ status: 200, path: '/account' });
    expect(shown.text).toContain('Bert Boss');
    expect(shown.text).toContain('approver of Sales');
    expect(await world.ledger.findPerson('bert@company.example')).toMatchObject({
      kind: 'oidc',
      account: String.raw`COMPANY\Bert`,
      groups: ['Sales managers', 'Staff'],
      roles: { admin: false, operator: false, approves: ['Sales'] },
      subject: `${provider.issuer} ${sales.name}`,
    });
  });

  it('keeps no session with rights that he lost, nor one without any', async () => {
    provider.signsIn(sales);
    const there = world.browser();
    await there.open('/sign-in/oidc');

    expect(await signIn({ ...sales, groups: ['Staff'] })).toMatchObject({ status: 200, path: '/' });
    expect((await there.open('/account')).path).toMatch(/^\/sign-in/);

    await there.open('/sign-in/oidc');
    expect(await signIn({ ...sales, groups: ['Guests'] })).toMatchObject({ status: 403 });
    expect((await there.open('/account')).path).toMatch(/^\/sign-in/);
  });

  it('gets a page that says whom to ask where none of his groups has a role', async () => {
    const shown = await signIn({ name: 'carl', groups: ['Guests'] });

    expect(shown.status).toBe(403);
    expect(shown.text).toContain(
      String.raw`You are known as COMPANY\carl, but none of your groups may use Waybill: Guests.`,
    );
    expect(shown.text).toContain(`Ask ${contact}`);
    expect(await world.ledger.findPerson('carl')).toBeUndefined();
  });

  it('does not get in where an administrator shut him out', async () => {
    await signIn({ name: 'dora', groups: ['Staff'] });
    await world.ledger.changePerson('dora', { disabled: true, endSessions: true });

    const shown = await signIn({ name: 'dora', groups: ['Staff'] });

    expect(shown.status).toBe(403);
    expect(shown.text).toContain('an administrator has shut you out');
  });

  it('is not taken for a namesake, neither for one with a password nor for one who left', async () => {
    expect(await signIn({ name: 'ada', groups: ['Staff'] })).toMatchObject({ status: 403 });
    expect(await world.ledger.findPerson('ada')).toMatchObject({ kind: 'local', displayName: 'Ada' });

    await signIn({ sub: '1', name: 'emil', groups: ['Staff'] });
    const shown = await signIn({ sub: '2', name: 'emil', groups: ['Qlik admins'] });
    expect(shown.status).toBe(403);
    expect(shown.text).toContain('The name emil belongs to somebody else');

    const ada = await world.signedIn('ada');
    await ada.open('/people/person?name=emil');
    await ada.send('/people/forget-identity', { name: 'emil' });
    expect(await signIn({ sub: '2', name: 'emil', groups: ['Qlik admins'] })).toMatchObject({ status: 200 });
    expect(await signIn({ sub: '1', name: 'emil', groups: ['Staff'] })).toMatchObject({ status: 403 });
  });

  it('is sent to no other site afterwards', async () => {
    provider.signsIn(sales);

    expect(await world.browser().open('/sign-in/oidc?to=//evil.example/')).toMatchObject({ path: '/' });
  });
});

describe('an answer of the identity provider', () => {
  it('of another state, or to another browser, is refused', async () => {
    const { browser, back } = await comingBack(sales);
    expect((await world.browser().open(back.href)).status).toBe(403);

    back.searchParams.set('state', 'made-up');
    const shown = await browser.open(back.href);

    expect(shown.status).toBe(403);
    expect(shown.text).toContain('The identity provider did not sign you in');
    expect(browser.cookie('waybill-default-session')).toBeUndefined();
  });

  it('counts once: neither the same browser nor another one gets in with its code again', async () => {
    const { browser, back } = await comingBack(sales);
    expect(await browser.open(back.href)).toMatchObject({ status: 200, path: '/account' });

    const again = await world.browser().open(back.href);
    expect(again.text).toContain('belongs to no sign-in that this browser began');
    const other = await comingBack(sales);
    other.back.searchParams.set('code', back.searchParams.get('code') ?? '');
    expect(await other.browser.open(other.back.href)).toMatchObject({ status: 403 });
    expect(other.browser.cookie('waybill-default-session')).toBeUndefined();
  });

  it('of another issuer is refused', async () => {
    const { browser, back } = await comingBack(sales);
    expect(back.searchParams.get('iss')).toBe(provider.issuer);

    back.searchParams.set('iss', 'https://evil.example');

    expect(await browser.open(back.href)).toMatchObject({ status: 403 });
    expect(browser.cookie('waybill-default-session')).toBeUndefined();
  });

  it('to a question that this console did not ask is refused', async () => {
    const { back } = await comingBack(sales);
    const forged = world.browser();
    const facts = { state: back.searchParams.get('state'), nonce: 'n', verifier: 'v', to: '/', at: Date.now() };
    forged.setCookie(
      'waybill-default-oidc',
      encodeURIComponent(`${JSON.stringify(['waybill-default-oidc', facts])}.x`),
    );

    expect(await forged.open(back.href)).toMatchObject({ status: 403 });
  });

  it('that is a refusal is told', async () => {
    const shown = await signIn(undefined);

    expect(shown.status).toBe(403);
    expect(shown.text).toContain('access_denied');
  });

  it('leaves neither code nor secret in the log', async () => {
    const { browser, back } = await comingBack(sales);
    const code = back.searchParams.get('code') ?? '';
    await browser.open(back.href);
    const other = await comingBack(sales);
    other.back.searchParams.set('code', code);
    await other.browser.open(other.back.href);

    const log = JSON.stringify(world.logger.lines);
    expect(code).not.toBe('');
    expect(log).not.toContain(code);
    expect(log).not.toContain(CLIENT_SECRET);
    expect(log).toContain('signed-in');
  });
});

describe('an identity provider', () => {
  it('that is away is told on the sign-in page, and used as soon as it is back', async () => {
    const one = await startOidcWorld();
    await one.provider.goAway();
    one.provider.signsIn(sales);

    const page = await one.world.browser().open('/sign-in');
    expect(page.text).toContain(`The identity provider ${one.provider.issuer} cannot be used`);
    expect(page.text).toContain('It is asked again each time.');
    expect((await one.world.browser().open('/sign-in/oidc')).status).toBe(503);
    expect((await (await one.world.signedIn('vera')).open('/')).path).toBe('/');

    await one.provider.comeBack();
    const isIn = async () => (await one.world.browser().open('/sign-in/oidc')).status === 200;
    expect(await waitFor('the provider to be asked again', isIn)).toBe(true);
    await one.close();
  });

  it('that calls itself otherwise is not believed', async () => {
    const impostor = await startProvider();
    impostor.serve('http://127.0.0.1/back');
    const oidc = settings(impostor.issuer.replace('127.0.0.1', 'localhost'));
    const one = await startConsoleWorld({ change: (yaml) => Object.assign(yaml, { console: { port: 0, oidc } }) });

    const shown = await one.browser().open('/sign-in/oidc');

    expect(shown.status).toBe(503);
    expect(shown.text).toContain('issuer');
    await one.close();
    await impostor.close();
  });

  it('comes and goes with the settings while the console runs, and with it its people', async () => {
    await using closers = new AsyncDisposableStack();
    const late = await startProvider();
    closers.defer(() => late.close());
    const one = await startConsoleWorld();
    closers.defer(() => one.close());
    late.serve(`${one.url}${BACK}`);
    late.signsIn(sales);
    expect((await one.browser().open('/sign-in/oidc')).status).toBe(404);

    one.takeOver((yaml) => Object.assign(yaml['console'], { oidc: settings(late.issuer) }));
    const bert = one.browser();
    expect(await bert.open('/sign-in/oidc?to=/account')).toMatchObject({ status: 200, path: '/account' });

    one.takeOver((yaml) => delete yaml['console'].oidc);
    expect((await bert.open('/account')).path).toMatch(/^\/sign-in/);
  });

  it('is believed with a certificate of an authority that is trusted, and without not', async () => {
    await using closers = new AsyncDisposableStack();
    const folder = await mkdtemp(path.join(tmpdir(), 'waybill-provider-'));
    closers.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const certificates = await writeCertificates({ folder, hostNames: ['127.0.0.1'] });
    const secure = await startProvider({ certificates });
    closers.defer(() => secure.close());
    secure.serve('http://127.0.0.1/back');

    const answers: Shown[] = [];
    for (const ca of [undefined, certificates.root]) {
      const oidc = { ...settings(secure.issuer), ca };
      const one = await startConsoleWorld({ change: (yaml) => Object.assign(yaml, { console: { port: 0, oidc } }) });
      closers.defer(() => one.close());
      answers.push(await one.browser().openUntil('/sign-in/oidc', 'https://'));
    }

    expect(answers[0]).toMatchObject({ status: 503 });
    expect(answers[0]?.text).toMatch(/cannot be used: .*(certificate|CERT)/);
    expect(answers[1]).toMatchObject({ status: 302 });
    expect(new URL(answers[1]?.path ?? '').origin).toBe(secure.issuer);
  });

  it('may be the only way in, and may tell everything in the ID token', async () => {
    await using closers = new AsyncDisposableStack();
    const folder = await mkdtemp(path.join(tmpdir(), 'waybill-provider-'));
    closers.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { root } = await writeCertificates({ folder, hostNames: ['127.0.0.1'] });
    const one = await startOidcWorld({ localSignIn: false }, { isAllInIdToken: true }, root);
    closers.defer(() => one.close());
    const before = one.world.browser();
    const page = await before.open('/sign-in');
    expect(page.text).not.toContain('type="password"');
    expect(await before.send('/sign-in', { name: 'ada', password: PASSWORD })).toMatchObject({ status: 404 });
    expect(one.world.setUpLink).toBeUndefined();

    one.provider.signsIn({ name: 'root', groups: ['Qlik admins'] });
    const browser = one.world.browser();
    expect(await browser.open('/sign-in/oidc')).toMatchObject({ status: 200, path: '/' });

    const account = await browser.open('/account');
    expect(account.text).toContain('administrator');
    expect(account.text).toContain('kept by the identity provider');
    expect((await browser.open('/people')).text).toContain('not any more: switched off in the settings');
  });
});
