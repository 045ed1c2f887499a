import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleWorld, PASSWORD, startConsoleWorld } from './console-world.ts';

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
