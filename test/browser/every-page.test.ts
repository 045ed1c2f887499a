import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleWorld, type Person, startConsoleWorld } from '../console/console-world.ts';
import { fillLedger } from '../console/filled-ledger.ts';
import {
  chromiumProgram,
  openChromium,
  type RealBrowser,
  seriousFindings,
  signIn,
  unlessChromium,
  type WatchedPage,
} from './chromium.ts';
import { type LookedAt, pagesToLookAt } from './routes.ts';

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };

describe.skipIf(!chromiumProgram)(`every page in a real browser${unlessChromium}`, () => {
  let world: ConsoleWorld;
  let browser: RealBrowser;
  let pages: LookedAt[];
  const tabs = new Map<Person | undefined, WatchedPage>();

  beforeAll(async () => {
    world = await startConsoleWorld();
    await fillLedger(world.ledger);
    const [waiting] = await world.ledger.listAwaiting({ text: 'Sales Overview' });
    pages = pagesToLookAt({ waiting: waiting?.appId ?? '' });
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  /** A tab in which this person is signed in already. */
  async function tabOf(person: Person | undefined): Promise<WatchedPage> {
    const tab = tabs.get(person) ?? (await browser.page());
    if (person && !tabs.has(person)) await signIn(tab.page, world.url, person);
    tabs.set(person, tab);
    return tab;
  }

  it.each(['light', 'dark'] as const)('has nothing in it that axe calls serious, in %s', async (colorScheme) => {
    const found: Record<string, string[]> = {};
    for (const { name, path, person } of pages) {
      const { page } = await tabOf(person);
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(DESK);
      const reply = await page.goto(world.url + path);
      expect({ name, status: reply?.status() }).toEqual({ name, status: name === 'not-found' ? 404 : 200 });
      const findings = await seriousFindings(page);
      if (findings.length > 0) found[name] = findings;
    }
    expect(found).toEqual({});
  });

  it('would be found to be at fault: axe does look', async () => {
    const { page } = await browser.page();
    await page.setContent('<html lang="en"><title>t</title><main><h1>h</h1><img src="x"><input></main>');
    expect((await seriousFindings(page)).map((finding) => finding.split(':')[0])).toEqual(['image-alt', 'label']);
  });

  it('fits a phone: nothing is wider than the screen, and axe finds nothing serious there', async () => {
    const found: Record<string, unknown> = {};
    for (const { name, path, person } of pages) {
      const { page } = await tabOf(person);
      await page.setViewportSize(PHONE);
      await page.goto(world.url + path);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      const findings = await seriousFindings(page);
      if (width > PHONE.width || findings.length > 0) found[name] = { width, findings };
    }
    expect(found).toEqual({});
  });

  it('runs without an error and without anything that the content security policy blocks', () => {
    expect([...tabs.values()].flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  it('draws every chart of the overview, past the content security policy', async () => {
    const { page } = await tabOf('otto');
    await page.goto(`${world.url}/overview`);
    const widths = await page.evaluate<
      number[]
    >(`Promise.all([...document.querySelectorAll('picture img')].map(async (one) => {
      one.loading = 'eager';
      await one.decode();
      return one.naturalWidth;
    }))`);
    expect(widths.length).toBeGreaterThan(2);
    expect(Math.min(...widths)).toBeGreaterThan(200);
  });

  it('shows moments in the zone of its reader', async () => {
    const { page } = await tabOf('otto');
    await page.goto(`${world.url}/audit`);
    const time = page.locator('time').first();
    const utc = (await time.getAttribute('datetime')) ?? '';
    const inBerlin = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    expect(await time.textContent()).toBe(inBerlin.format(new Date(utc)));
  });
});
