import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startConsoleWorld } from '../console/console-world.ts';
import { fillLedger } from '../console/filled-ledger.ts';
import { fillMonths } from './months-of-work.ts';
import { openChromium, signIn } from './chromium.ts';
import { pagesToLookAt } from './routes.ts';

/**
 * `npm run screenshots`: a picture of every page of the console for `docs/`, light, dark and as on a phone;
 * `npm run screenshots -- overview sites`: of these alone.
 */

const wanted = process.argv.slice(2);

const folder = path.resolve(import.meta.dirname, '..', '..', 'docs', 'images', 'console');
const looks = {
  light: { colorScheme: 'light', viewport: { width: 1100, height: 760 } },
  dark: { colorScheme: 'dark', viewport: { width: 1100, height: 760 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 760 } },
} as const;

await mkdir(folder, { recursive: true });
/** Downloads are offered, and none is taken. */
const none = () => Promise.reject(new Error('No file is opened for a picture.'));
const world = await startConsoleWorld({ files: { artifact: none, version: none } });
const browser = await openChromium();
try {
  await fillLedger(world.ledger);
  await fillMonths(world.ledger.place);
  const [waiting] = await world.ledger.listAwaiting({ text: 'Sales Overview' });
  const pages = pagesToLookAt({ waiting: waiting?.appId ?? '' });
  for (const { name, path: address, person } of pages) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const [look, options] of Object.entries(looks)) {
      const { page } = await browser.page(options);
      if (person) await signIn(page, world.url, person);
      await page.goto(world.url + address);
      await page.screenshot({ path: path.join(folder, `${name}-${look}.jpg`), type: 'jpeg', quality: 75 });
      await page.context().close();
    }
    process.stdout.write(`${name}\n`);
  }
} finally {
  await browser.close();
  await world.close();
}
