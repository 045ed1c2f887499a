import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import type { RunningConsole } from '../../console/server/start-console.ts';
import { followSettings } from '../../starter/live/follow-settings.ts';
import { type SettingsWorld, standardFile, startSettingsWorld } from '../console/settings-world.ts';
import { chromiumProgram, openChromium, type RealBrowser, signIn, unlessChromium } from './chromium.ts';

describe.skipIf(!chromiumProgram)(`the settings, by browser${unlessChromium}`, () => {
  let world: SettingsWorld;
  let running: RunningConsole;
  let browser: RealBrowser;
  const closers = new AsyncDisposableStack();

  beforeAll(async () => {
    world = await startSettingsWorld(`${standardFile}configuration: { checkEvery: 100ms }\n`);
    running = await world.startAnother();
    followSettings({
      name: 'console',
      settings: await loadSettings(world.file, {}),
      parts: [{ kind: 'console', takeOver: async (wanted) => running.takeOver(wanted) }],
      ledger: Promise.resolve(world.ledger),
      environment: {},
      logger: world.logger,
      closers,
    });
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await closers.disposeAsync();
    await running?.close();
    await world?.close();
  });

  it('are changed past a diff, saved with their comments, and taken over by the process that runs', async () => {
    const { page, complaints } = await browser.page();
    await signIn(page, running.url, 'ada');
    await page.goto(`${running.url}/settings`);
    await page.getByRole('link', { name: 'Sites' }).first().click();
    await page.goto(`${running.url}/settings/edit?at=sites/test`);
    await page.getByLabel('Label').fill('Test in Zürich');
    await page.getByRole('button', { name: 'Look at the change' }).click();
    await page.getByText('label: Test in Zürich').waitFor();
    expect(await world.text()).not.toContain('Zürich');
    await page.getByRole('button', { name: /^Save/ }).click();
    await page.getByRole('status').waitFor();

    await expect
      .poll(async () => (await (await page.goto(`${running.url}/pause`))?.text()) ?? '')
      .toContain('Test in Zürich');
    expect(await world.text()).toContain('# not the old one');
    expect(complaints).toEqual([]);
  });

  it('that cannot be are refused beside their field, and nothing is saved', async () => {
    const before = await world.text();
    const { page } = await browser.page();
    await signIn(page, running.url, 'ada');
    await page.goto(`${running.url}/settings/edit?at=sites/test`);
    await page.getByLabel('Port', { exact: true }).fill('70000');
    await page.getByRole('button', { name: 'Look at the change' }).click();

    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Port', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await world.text()).toBe(before);
  });
});
