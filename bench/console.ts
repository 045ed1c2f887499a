import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configFromYaml } from '../config/load.ts';
import { startConsole } from '../console/server/start-console.ts';
import { type Ledger, type LedgerPlace, openLedger } from '../ledger/ledger.ts';
import { addPeople, Browser, PASSWORD } from '../test/console/console-world.ts';
import { memoryLogger } from '../test/harness/memory-logger.ts';
import { findPostgres, startPostgres } from '../test/harness/postgres.ts';
import { figureNames } from '../views/figures/figures.ts';
import { type Filled, fillLedger } from './fill-ledger.ts';
import { failReloads } from './fail-reloads.ts';
import { figure, type Figure, type Report } from './figure.ts';
import { median, quantile } from './statistics.ts';

const PROMOTIONS = 10_000;
const WARM_UP = 3;
const LOADS = 40;
const BAR_MS = 100;
const BAR_KB = 300;

/** Each page of the console over a ledger of some 200,000 rows: how long the server takes, and how much is sent. */
export async function consolePages(): Promise<Report> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-console-bench-'));
  try {
    const figures = await measure(folder, 'SQLite', { kind: 'sqlite', file: path.join(folder, 'ledger.db') });
    const programs = findPostgres();
    if ('absent' in programs) return report(figures, [`PostgreSQL was not measured: ${programs.absent}.`]);
    const server = await startPostgres();
    try {
      const place = { kind: 'postgres', url: await server.createDatabase() } as const;
      return report([...figures, ...(await measure(folder, 'PostgreSQL', place))], []);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function report(figures: Figure[], notes: string[]): Report {
  return { scenario: 'console', settings: { promotions: PROMOTIONS, loads: LOADS }, figures, notes };
}

/** The pages that are measured: each in the form that asks most of the ledger. */
function pagesOf({ promotionKey, appName }: Filled): string[] {
  return [
    '/',
    '/promotions',
    '/promotions?text=Margin',
    // Found nowhere: the whole of the ledger is looked through.
    '/promotions?text=zqzq',
    '/promotions?state=not-promoted',
    `/promotions/${promotionKey}`,
    '/apps',
    '/apps?text=Margin',
    `/apps/history?${new URLSearchParams({ site: 'dev', name: appName }).toString()}`,
    '/sites',
    '/alerts',
    '/alerts?outlook=standing',
    '/alerts?app=zqzq',
    '/alerts?alert=given-up',
    '/audit',
    '/audit?text=Margin',
    '/audit?text=zqzq',
    '/audit?text=zq',
    '/overview',
    '/overview?range=365',
    // Filters are asked of each promotion.
    `/overview?range=365&stream=Sales&owner=${encodeURIComponent('COMPANY\\anna')}`,
    ...figureNames.map((name) => `/overview/${name}.svg?range=365`),
    '/overview/flow.csv?range=365',
    '/pause',
    '/settings',
    '/settings/edit?at=sites/test',
    '/settings/edit?at=sources/dev',
    '/settings/edit?at=mail',
    '/settings/versions',
    '/people',
    '/account',
  ];
}

async function measure(folder: string, database: string, place: LedgerPlace): Promise<Figure[]> {
  const ledger = await openLedger(place);
  try {
    const say = (done: number) =>
      process.stderr.write(`${database}: ${done} of ${PROMOTIONS} promotions are recorded.\n`);
    const filled = await fillLedger(ledger, PROMOTIONS, say);
    await failReloads(ledger);
    await addPeople(ledger);
    return await loadPages(folder, database, ledger, pagesOf(filled));
  } finally {
    await ledger.close();
  }
}

async function loadPages(folder: string, database: string, ledger: Ledger, pages: string[]): Promise<Figure[]> {
  const site = (host: string) => `{ hosts: [${host}], certificates: certificates }`;
  const yaml = [
    `sites: { dev: ${site('dev.example')}, test: ${site('test.example')}, prod: ${site('prod.example')} }`,
    'sources: { dev: { watch: poll } }',
    'targets: { test: {}, prod: {} }',
    'console: { port: 0 }',
    'temporal: { address: 127.0.0.1:9 }',
  ].join('\n');
  const configFile = path.join(folder, 'waybill.yaml');
  await writeFile(configFile, yaml);
  const config = configFromYaml(yaml, folder, {});
  const served = await startConsole({ config, configFile, environment: {}, ledger, logger: memoryLogger() });
  try {
    const browser = new Browser(served.url);
    await browser.open('/sign-in');
    await browser.send('/sign-in', { name: 'ada', password: PASSWORD });
    const figures: Figure[] = [];
    for (const page of pages) figures.push(...(await loadPage(database, browser, page)));
    return figures;
  } finally {
    await served.close();
  }
}

async function loadPage(database: string, browser: Browser, page: string): Promise<Figure[]> {
  const times: number[] = [];
  let sent = '';
  for (let at = 0; at < WARM_UP + LOADS; at += 1) {
    const began = performance.now();
    const { status, text } = await browser.open(page);
    if (status !== 200) return [figure(`${database} ${page} answered`, status, '')];
    if (at >= WARM_UP) times.push(performance.now() - began);
    sent = text;
  }
  const bytes = Buffer.byteLength(sent) + (await assetBytes(browser, sent));
  return [
    figure(`${database} ${page}, p95 (p50 ${median(times).toFixed(0)} ms)`, quantile(times, 0.95), 'ms', {
      bar: BAR_MS,
    }),
    figure(`${database} ${page}, with its styles and scripts`, bytes / 1024, 'KB', { bar: BAR_KB }),
  ];
}

/** What a browser loads with a page for the first time. */
async function assetBytes(browser: Browser, page: string): Promise<number> {
  let bytes = 0;
  for (const [, address = ''] of page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    bytes += Buffer.byteLength((await browser.open(address)).text);
  }
  return bytes;
}
