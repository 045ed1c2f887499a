import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleWorld, startConsoleWorld } from '../console/console-world.ts';
import { delivery, fillLedger, promotion } from '../console/filled-ledger.ts';
import { chromiumProgram, openChromium, type RealBrowser, signIn, unlessChromium } from './chromium.ts';

describe.skipIf(!chromiumProgram)(`the door of the console, by browser${unlessChromium}`, () => {
  let world: ConsoleWorld;
  let browser: RealBrowser;

  beforeAll(async () => {
    world = await startConsoleWorld({
      change: (yaml) => {
        yaml['console'].refresh = '50ms';
      },
    });
    await fillLedger(world.ledger);
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  it('asks everybody to sign in, and leads on to the page that was wanted', async () => {
    const { page } = await browser.page();
    await page.goto(`${world.url}/audit?kind=decision`);
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.waitForURL(/\/audit\?kind=decision$/);
  });

  it('shows people only what their role may open, and refuses the rest', async () => {
    const { page } = await browser.page();
    await signIn(page, world.url, 'vera');

    expect(await page.getByRole('navigation', { name: 'Pages' }).textContent()).not.toContain('People');
    expect((await page.goto(`${world.url}/people`))?.status()).toBe(403);
    await page.goto(`${world.url}/promotions/k3v5q2m7stuckone`);
    const retry = page.getByRole('button', { name: /^Retry/ }).first();
    expect(await retry.getAttribute('aria-disabled')).toBe('true');
    expect(await page.getByRole('main').textContent()).toContain('Only operators and administrators may do this.');
  });

  it('keeps its session from scripts, and believes no cookie that was changed', async () => {
    const { page } = await browser.page();
    await signIn(page, world.url, 'otto');
    const context = page.context();
    const session = (await context.cookies()).find(({ name }) => name.includes('session'));
    expect(session).toMatchObject({ httpOnly: true, sameSite: expect.stringMatching(/Lax|Strict/) as string });
    expect(await page.evaluate<string>('document.cookie')).not.toContain('session');

    await context.addCookies([
      { ...session!, value: session!.value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) },
    ]);
    await page.goto(`${world.url}/pause`);

    expect(page.url()).toContain('/sign-in');
  });

  it('takes no form that another site made its reader send', async () => {
    const { page } = await browser.page();
    await signIn(page, world.url, 'otto');
    // Same browser, other origin: `localhost` is not the address of the console.
    const form = `<form id="f" method="post" action="${world.url}/pause"><input name="site" value="*"><input name="why" value="forged"></form>`;
    await page.goto('data:text/html,');
    await page.setContent(form);
    const [reply] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/pause')),
      page.evaluate('document.getElementById("f").submit()'),
    ]);

    expect(reply.status()).toBeGreaterThanOrEqual(300);
    expect(await world.ledger.pausesInForce()).toEqual([]);
  });

  it('follows a promotion live, and catches up after its connection was cut', async () => {
    await promotion(world.ledger, { key: 'livepromotionxyz', name: 'Live', state: 'delivering' });
    const { page } = await browser.page();
    await signIn(page, world.url, 'vera');
    await page.goto(`${world.url}/promotions/livepromotionxyz`);
    await page.locator('main[data-link="open"]').waitFor();
    await delivery(world.ledger, 'livepromotionxyz', 'test', 'staging');
    await page.locator('.badge', { hasText: /^staging$/ }).waitFor();

    await page.context().setOffline(true);
    const missed = page.waitForEvent('requestfailed');
    await delivery(world.ledger, 'livepromotionxyz', 'test', 'verifying');
    await missed;
    await page.context().setOffline(false);

    await page.locator('.badge', { hasText: /^verifying$/ }).waitFor();
  });

  it('gives exactly the entries of the view as a file', async () => {
    const { page } = await browser.page();
    await signIn(page, world.url, 'vera');
    await page.goto(`${world.url}/audit?kind=decision&text=sales`);
    const rows = await page.locator('tbody tr').count();
    const numbers = await page.locator('tbody tr td:first-child').allTextContents();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /CSV/ }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n').slice(1);

    expect(rows).toBeGreaterThan(0);
    expect(lines.map((line) => line.split(',')[0]?.replaceAll('"', ''))).toEqual(
      // The newest stands first in the view, the oldest in the file.
      numbers.map((text) => text.trim()).toReversed(),
    );
  });
});
