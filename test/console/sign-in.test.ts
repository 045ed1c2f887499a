import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type ConsoleWorld, PASSWORD, startConsoleWorld } from './console-world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await startConsoleWorld();
});
afterAll(() => world?.close());

describe('somebody who is not signed in', () => {
  it('is led to sign in, and on to the page that was asked for', async () => {
    const browser = world.browser();

    const asked = await browser.open('/?site=dev');
    expect(asked).toMatchObject({ status: 200, path: '/sign-in?to=%2F%3Fsite%3Ddev' });
    const after = await browser.send('/sign-in', { name: 'Anna', password: PASSWORD, to: '/?site=dev' });

    expect(after).toMatchObject({ status: 200, path: '/?site=dev' });
    expect(after.text).toContain('Inbox');
  });

  it('is led to no other site', async () => {
    for (const to of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
      const browser = world.browser();
      await browser.open('/sign-in');
      expect(await browser.send('/sign-in', { name: 'anna', password: PASSWORD, to })).toMatchObject({ path: '/' });
    }
  });

  it('learns nothing from a wrong name or password', async () => {
    for (const name of ['anna', 'nobody']) {
      const browser = world.browser();
      await browser.open('/sign-in');
      const shown = await browser.send('/sign-in', { name, password: 'wrong horse battery' });
      expect(shown.status).toBe(401);
      expect(shown.text).toContain('Name or password is wrong.');
    }
  });

  it('may send the page with a mistyped password once more', async () => {
    const browser = world.browser();
    await browser.open('/sign-in?to=/account');
    await browser.send('/sign-in', { name: 'anna', password: 'mistyped', to: '/account' });

    const after = await browser.send('/sign-in', { name: 'anna', password: PASSWORD, to: '/account' });

    expect(after).toMatchObject({ status: 200, path: '/account' });
  });

  it('gets no data without a page', async () => {
    const reply = await fetch(new URL('/', world.url), { redirect: 'manual' });

    expect(reply.status).toBe(401);
  });
});

describe('a session', () => {
  it('is over after signing out', async () => {
    const browser = await world.signedIn('vera');
    await browser.open('/');

    await browser.send('/sign-out');

    expect(await browser.open('/')).toMatchObject({ path: '/sign-in' });
  });

  it('is not believed where its cookie was changed', async () => {
    const browser = await world.signedIn('vera');
    const cookie = decodeURIComponent(browser.cookie('session') ?? '');

    browser.setCookie('session', encodeURIComponent(cookie.replace('vera', 'ada')));

    expect(await browser.open('/')).toMatchObject({ path: '/sign-in' });
  });

  it('is not made of another cookie that the console signed', async () => {
    const browser = await world.signedIn('vera');
    const session = browser.cookie('session') ?? '';
    await browser.open('/');
    await browser.send('/theme', { theme: 'dark', to: '/' });

    for (const part of ['form', 'theme']) {
      const other = world.browser();
      await other.open('/sign-in');
      other.setCookie('waybill-default-session', browser.cookie(part) ?? '');
      expect(await other.open('/')).toMatchObject({ status: 200, path: '/sign-in' });
    }
    for (const forged of ['', 'x', session.split('.')[0] ?? '', `${session}x`, '%00', '.'.repeat(50)]) {
      const other = world.browser();
      other.setCookie('waybill-default-session', forged);
      expect(await other.open('/')).toMatchObject({ status: 200, path: '/sign-in' });
    }
  });

  it('is not the one that somebody else planted before', async () => {
    const mallory = await world.signedIn('vera');
    const planted = mallory.cookie('session') ?? '';
    const anna = world.browser();
    anna.setCookie('waybill-default-session', planted);
    anna.setCookie('waybill-default-form', mallory.cookie('form') ?? '');

    await anna.open('/account');
    await anna.send('/sign-out');
    await anna.open('/sign-in');
    await anna.send('/sign-in', { name: 'anna', password: PASSWORD });

    expect(anna.cookie('session')).not.toBe(planted);
    expect((await anna.open('/account')).text).toContain('Anna');
    expect((await mallory.open('/account')).text).toContain('Vera');
  });

  it('is over when the person is shut out, or must sign in again', async () => {
    for (const patch of [{ disabled: true }, { endSessions: true }]) {
      await world.ledger.changePerson('otto', { disabled: false });
      const browser = await world.signedIn('otto');
      expect(await browser.open('/')).toMatchObject({ path: '/' });

      await world.ledger.changePerson('otto', patch);

      expect(await browser.open('/')).toMatchObject({ path: '/sign-in' });
    }
    await world.ledger.changePerson('otto', { disabled: false });
  });
});

describe('a form', () => {
  it('that another site sends is refused, and nothing happens', async () => {
    const browser = await world.signedIn('vera');

    expect(await browser.sendRaw('/sign-out', {})).toMatchObject({ status: 403 });
    expect(await browser.sendRaw('/sign-out', { _form: 'made up' })).toMatchObject({ status: 403 });
    expect(await browser.open('/')).toMatchObject({ path: '/' });
  });

  it('of somebody else is refused', async () => {
    const [vera, anna] = [await world.signedIn('vera'), await world.signedIn('anna')];
    const page = await vera.open('/');
    const token = /name="_form" value="([^"]*)"/.exec(page.text)?.[1] ?? '';

    expect(await anna.sendRaw('/sign-out', { _form: token })).toMatchObject({ status: 403 });
  });
});

describe('every page', () => {
  it('runs no script and loads nothing but our own, and is kept by nobody', async () => {
    const { headers, text } = await world.browser().open('/sign-in');

    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/\son\w+=|style=/);
  });
});

describe('whoever tries passwords', () => {
  const limits = { perName: 2, perAddress: 4, windowMs: 15 * 60_000 };

  async function statusOf(browser: Browser, name: string, password = 'wrong horse battery'): Promise<number> {
    await browser.open('/sign-in');
    return (await browser.send('/sign-in', { name, password })).status;
  }

  it('is told when to try again, also with the right password', async () => {
    await using closers = new AsyncDisposableStack();
    const throttled = await startConsoleWorld({ limits });
    closers.defer(() => throttled.close());
    const browser = throttled.browser();
    for (let time = 0; time < 2; time += 1) expect(await statusOf(browser, 'anna')).toBe(401);

    await browser.open('/sign-in');
    const shown = await browser.send('/sign-in', { name: 'anna', password: PASSWORD });

    expect(shown.status).toBe(429);
    expect(Number(shown.headers.get('retry-after'))).toBeGreaterThan(800);
    expect(shown.text).toMatch(/too many wrong passwords for this name\..*Try again in 15 minutes\./s);
    expect(await statusOf(browser, 'otto', PASSWORD)).toBe(200);
  });

  it('is known behind a proxy by what the proxy says, and not by what he says himself', async () => {
    await using closers = new AsyncDisposableStack();
    const proxied = await startConsoleWorld({
      limits,
      change: (yaml) => Object.assign(yaml, { console: { port: 0, behindProxy: true } }),
    });
    closers.defer(() => proxied.close());
    const from = (forwarded: string): Browser => new Browser(proxied.url, { 'x-forwarded-for': forwarded });
    for (let time = 0; time < 4; time += 1)
      expect(await statusOf(from(`10.9.9.${time}, 192.0.2.1`), `nobody${time}`)).toBe(401);

    expect(await statusOf(from('10.9.9.9, 192.0.2.1'), 'anna', PASSWORD)).toBe(429);
    expect(await statusOf(from('10.9.9.9, 192.0.2.2'), 'anna', PASSWORD)).toBe(200);
  });

  it('cannot make up an address where there is no proxy', async () => {
    await using closers = new AsyncDisposableStack();
    const open = await startConsoleWorld({ limits });
    closers.defer(() => open.close());
    const from = (forwarded: string): Browser => new Browser(open.url, { 'x-forwarded-for': forwarded });
    for (let time = 0; time < 4; time += 1) expect(await statusOf(from(`192.0.2.${time}`), `nobody${time}`)).toBe(401);

    expect(await statusOf(from('192.0.2.9'), 'nobody9')).toBe(429);
  });
});

describe('what is noted of a sign-in', () => {
  it('names whom it was tried for only where there is somebody of the name, and never a password', async () => {
    const browser = world.browser();
    for (const name of ['anna', 'my secret password']) {
      await browser.open('/sign-in');
      await browser.send('/sign-in', { name, password: 'wrong horse battery' });
    }

    const refused = world.logger.lines.filter(({ deed }) => deed === 'sign-in-refused').slice(-2);
    expect(refused).toMatchObject([
      { person: 'anna', address: '127.0.0.1' },
      { facts: { why: 'wrong name or password' } },
    ]);
    expect(refused[1]).not.toHaveProperty('person');
    expect(JSON.stringify(world.logger.lines)).not.toMatch(/my secret password|horse battery/);
  });
});
