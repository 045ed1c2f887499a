import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkingConsole, type WorkingConsole } from '../console/signed-in-world.ts';
import { approve, endedPromotion, whatStands } from '../harness/acts.ts';
import { publishedApp } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { chromiumProgram, openChromium, type RealBrowser, signIn, unlessChromium } from './chromium.ts';

describe.skipIf(!chromiumProgram)(`a whole Waybill, by browser${unlessChromium}`, () => {
  let room: WorkingConsole;
  let browser: RealBrowser;
  let to: (name: string) => string;

  beforeAll(async () => {
    room = await startWorkingConsole({
      change: (yaml) => {
        // So that only an order can be what made it go on.
        yaml['retry'].recheck = '1h';
      },
    });
    to = room.world.alias;
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });

  async function waits(name: string): Promise<string> {
    const appId = publishedApp(room.world, name);
    await waitFor('the app to wait', () => room.world.ledger.getAwaiting(to('dev'), appId));
    return appId;
  }

  it('approves with the keyboard alone, from the inbox to the end, on a page that follows by itself', async () => {
    const appId = await waits('By keyboard');
    const { page, complaints } = await browser.page();
    await signIn(page, room.url, 'anna');

    const press = async (name: string | RegExp, role: 'link' | 'button' | 'radio' | 'checkbox', key: string) => {
      // As a person does: on with Tab until it is there.
      const wanted = page.getByRole(role, { name }).first();
      await wanted.waitFor();
      for (let at = 0; at < 100; at += 1) {
        if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) break;
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press(key);
    };
    await press('By keyboard', 'link', 'Enter');
    await page.getByRole('heading', { name: 'Decide' }).waitFor();
    await waitFor('the page to know the streams of the target', async () => {
      await page.reload();
      return (await page.getByRole('group', { name: `Streams at ${to('test')}` }).count()) > 0;
    });
    // A group of radio buttons is one stop of Tab: the arrow chooses.
    await press(/^Not there/, 'radio', 'ArrowDown');
    await press('Sales', 'checkbox', 'Space');
    await press('Preview the approval', 'button', 'Enter');
    await page.getByRole('heading', { name: 'What will happen' }).waitFor();
    await press(/^Approve/, 'button', 'Enter');

    await page
      .locator('.badge', { hasText: /^promoted$/ })
      .first()
      .waitFor();
    expect(await endedPromotion(room.world, appId)).toMatchObject({
      state: 'promoted',
      decision: { by: { account: 'COMPANY\\anna', door: 'console', asserted: false } },
    });
    expect(complaints).toEqual([]);
  });

  it('denies, and nothing is promoted', async () => {
    const appId = await waits('Not this one');
    const { page } = await browser.page();
    await signIn(page, room.url, 'anna');
    await page.getByRole('link', { name: 'Not this one' }).first().click();
    await page.getByLabel(/^Note/).fill('The figures of May are missing.');
    await page.getByRole('button', { name: 'Preview the denial' }).click();
    await page.getByRole('button', { name: /^Deny/ }).click();

    await page
      .locator('.badge', { hasText: /^denied$/ })
      .first()
      .waitFor();
    expect(await endedPromotion(room.world, appId)).toMatchObject({ state: 'denied' });
    expect(whatStands(room.world, 'test').map(({ name }) => name)).not.toContain('Not this one');
  });

  it('shows what is stuck at one target, and tries that one again', async () => {
    const { world } = room;
    const board = world.site('prod').faults;
    const refused = {
      effect: { type: 'status', status: 403, text: 'Forbidden' },
      path: 'app/upload',
      times: 0,
    } as const;
    const fault = board.add(refused);
    const appId = publishedApp(world, 'Half way');
    approve(world, appId, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales']);
    const { page } = await browser.page();
    await signIn(page, room.url, 'otto');

    await page.getByRole('heading', { name: /^Stuck/ }).waitFor();
    await page.getByRole('link', { name: 'Half way' }).first().click();
    await page.locator('.badge', { hasText: `stuck at ${to('prod')}` }).waitFor();
    expect(await page.getByRole('main').textContent()).toContain('Forbidden');
    board.clear(fault);
    await page
      .getByRole('button', { name: /^Retry/ })
      .first()
      .click();

    await page
      .locator('.badge', { hasText: /^promoted$/ })
      .first()
      .waitFor();
    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
  });

  it('pauses every site with a reason that every page shows, and lets them go on', async () => {
    const { world } = room;
    const [operator, approver] = [await browser.page(), await browser.page()];
    await signIn(operator.page, room.url, 'otto');
    await signIn(approver.page, room.url, 'anna');
    await operator.page.goto(`${room.url}/pause`);
    await operator.page.getByLabel(/why/i).first().fill('The disks are changed.');
    await operator.page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .click();
    await operator.page.getByText('What runs goes on to its end.').waitFor();

    await approver.page.goto(`${room.url}/audit`);
    expect(await approver.page.getByRole('main').textContent()).toContain('The disks are changed.');
    const appId = publishedApp(world, 'Held');
    approve(world, appId, { test: 'Overwrite' }, ['Sales']);
    await approver.page.goto(`${room.url}/pause`);
    expect(await approver.page.getByRole('main').textContent()).toContain(
      'Only operators and administrators may do this.',
    );

    await operator.page
      .getByRole('button', { name: /^Resume/ })
      .first()
      .click();
    await operator.page
      .getByText(/go(es)? on\./)
      .first()
      .waitFor();
    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
  });
});
