import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { PASSWORD, type Person } from '../console/console-world.ts';

/** A real Chromium, and the pages that were opened in it. */
export interface RealBrowser {
  /** A page of a browser of its own, with nobody signed in. */
  page(options?: BrowserContextOptions): Promise<WatchedPage>;
  close(): Promise<void>;
}

/** A page, and what its browser complained of: scripts that failed, things that the content security policy blocked. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
}

const programs = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Chromium on this machine; undefined where there is none, and then no test can use it. */
export const chromiumProgram = programs.find((program) => program !== undefined && existsSync(program));

/** Where a title has to say why its tests are skipped. */
export const unlessChromium = chromiumProgram ? '' : ' (skipped: there is no Chromium on this machine)';

/** Starts Chromium; whoever calls closes it. */
export async function openChromium(): Promise<RealBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: chromiumProgram ?? '',
    // As root, as in a container, Chromium has no sandbox of its own.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  return {
    async page(options) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // A page that is refused is told of by its status, and looked at by the test.
        if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) complaints.push(message.text());
      });
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}

/** Signs somebody in by the form, as he would. */
export async function signIn(page: Page, url: string, person: Person): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('Name').fill(person);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/** What axe calls serious or critical on the page that is open: rule, help, and the elements. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
}

const axeSource = (createRequire(import.meta.url)('axe-core') as { source: string }).source;
