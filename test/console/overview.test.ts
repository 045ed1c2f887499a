import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figureNames } from '../../views/figures/figures.ts';
import { type Browser, type ConsoleWorld, startConsoleWorld } from './console-world.ts';

const DAY = '2026-03-02';
const HOSTILE = '=cmd|"/c calc"!A1<img src=x>';

let world: ConsoleWorld;
let viewer: Browser;
beforeAll(async () => {
  world = await startConsoleWorld({ change: (yaml) => (yaml['timeZone'] = 'Europe/Vienna') });
  viewer = await world.signedIn('vera');
  await promote('one', { atUtc: `${DAY}T10:00:00.000Z`, waited: 60 });
  await promote('two', { atUtc: `${DAY}T11:00:00.000Z`, waited: 120, stream: 'Finance' });
  // In Vienna this is the next day already.
  await promote('late', { atUtc: `${DAY}T23:30:00.000Z`, waited: 30, owner: HOSTILE });
  await world.ledger.record({
    promotionKey: 'one',
    seq: 'trouble/test',
    type: 'trouble',
    atUtc: `${DAY}T10:10:00.000Z`,
    facts: { code: 'WAYBILL_QRS_UNREACHABLE' },
  });
  await world.ledger.updatePromotion('one', { version: { versionId: 'v1', sha256: 'aa' } });
  const mail = { kind: 'publishAlert', to: [], subject: 's', state: 'sent' } as const;
  await world.ledger.upsertMail({ ...mail, messageId: 'a@x', promotionKey: 'one' });
});
afterAll(() => world?.close());

interface Facts {
  readonly atUtc: string;
  readonly waited: number;
  readonly stream?: string;
  readonly owner?: string;
}

/** A promotion that took half an hour after its decision, which it waited for so many minutes. */
async function promote(key: string, { atUtc, waited, stream = 'Sales', owner = 'COMPANY\\rep' }: Facts): Promise<void> {
  const after = (minutes: number) => new Date(Date.parse(atUtc) + minutes * 60_000).toISOString();
  const revision = { publishedAtUtc: after(-waited) };
  await world.ledger.openPromotion({
    promotionKey: key,
    site: 'dev',
    appId: key,
    appName: key,
    owner,
    verdict: 'approve',
    decision: { app: { streamName: stream }, decidedAtUtc: atUtc, source: { revision } },
    startedAtUtc: atUtc,
  });
  await world.ledger.updatePromotion(key, { state: 'promoted', endedAtUtc: after(30) });
  await world.ledger.upsertDelivery({ promotionKey: key, target: 'test', state: 'verified', items: [{ n: 1 }] });
}

const days = `from=${DAY}&to=2026-03-03`;

/** The cells of a file, line by line, without its mark. */
function linesOf(text: string): string[][] {
  return text
    .replace('\uFEFF', '')
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
}

/** The cells of the table of one figure in the page, row by row. */
function tableOf(text: string, name: string): string[][] {
  const [, section = ''] = new RegExp(`class="sheet figure ${name}"(.*?)</section>`, 's').exec(text) ?? [];
  const [, body = ''] = /<tbody>(.*)<\/tbody>/s.exec(section) ?? [];
  return body.split('</tr>').flatMap((row) => {
    const cells = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell ?? '');
    return cells.length > 0 ? [cells] : [];
  });
}

describe('the overview', () => {
  it('says how promotions went in the days that are asked for, which are those of its zone', async () => {
    const { text, status } = await viewer.open(`/overview?${days}`);

    expect(status).toBe(200);
    expect(text).toContain('3 promotions: 3 promoted.');
    expect(text).toContain('Half within 2 h, 95 of 100 within 3 h, of 3 promotions.');
    expect(text).toContain('Half within 1 h, 95 of 100 within 2 h, of 3 promotions.');
    expect(text).toContain('1 version kept.');
    expect(text).toContain('3 deliveries from 2 owners to 1 target.');
    expect(text).toContain('QRS unreachable');
    expect(tableOf(text, 'promotions')).toEqual([
      [DAY, '2', '0', '0', '0', '0', '0'],
      ['2026-03-03', '1', '0', '0', '0', '0', '0'],
    ]);
    expect((await viewer.open(`/overview?from=${DAY}&to=${DAY}`)).text).toContain('2 promotions: 2 promoted.');
  });

  it('is narrowed by site, stream and owner, which stand in the address of all that it shows', async () => {
    const { text } = await viewer.open(`/overview?${days}&site=dev&stream=Finance&owner=COMPANY%5Crep`);

    expect(text).toContain('1 promotion: 1 promoted.');
    for (const [, address = ''] of text.matchAll(/(?:src|srcset)="(\/overview\/[^"]*)"/g))
      expect(address).toContain('stream=Finance&amp;owner=COMPANY%5Crep');
    expect((await viewer.open(`/overview/promotions.csv?${days}&stream=Finance`)).text).toContain(`${DAY},1,0`);
    expect((await viewer.open(`/overview?${days}&site=test`)).text).toContain('No promotion began');
    expect(text).toContain(`href="/overview?${days.replaceAll('&', '&amp;')}">Clear`);
  });

  it('cuts a long time into weeks or months', async () => {
    const year = linesOf((await viewer.open('/overview/versions.csv?from=2026-01-15&to=2026-12-31')).text);
    const weeks = linesOf((await viewer.open('/overview/versions.csv?from=2026-02-23&to=2026-05-31')).text);

    expect(year.slice(0, 4)).toEqual([
      ['Month', 'Versions kept'],
      ['2026-01', '0'],
      ['2026-02', '0'],
      ['2026-03', '1'],
    ]);
    expect(weeks.slice(0, 3)).toEqual([
      ['Week from', 'Versions kept'],
      ['2026-02-23', '0'],
      ['2026-03-02', '1'],
    ]);
  });

  it.each(figureNames)('shows %s as image, table and file, of the same numbers', async (name) => {
    const query = name === 'mails' ? 'range=7' : days;
    const page = await viewer.open(`/overview?${query}&owner=COMPANY%5Crep`);
    const [, image = ''] =
      new RegExp(`<img src="(/overview/${name}\\.svg[^"]*)"[^>]* alt="[^"]{20,}"`).exec(page.text) ?? [];
    const svg = await viewer.open(image.replaceAll('&amp;', '&'));
    const csv = await viewer.open(`/overview/${name}.csv?${query}&owner=COMPANY%5Crep`);

    expect(svg.headers.get('content-type')).toContain('image/svg+xml');
    expect(svg.text).toMatch(/^<svg/);
    expect(svg.text).not.toContain('<script');
    expect(csv.headers.get('content-disposition')).toContain(`waybill-${name}.csv`);
    expect(tableOf(page.text, name)).toEqual(linesOf(csv.text).slice(1));
    expect(tableOf(page.text, name).length).toBeGreaterThan(0);
  });

  it('has no markup, and its files no formula, of what somebody is called', async () => {
    const page = await viewer.open(`/overview?${days}`);
    const svg = await viewer.open(`/overview/flow.svg?${days}`);
    const csv = await viewer.open(`/overview/flow.csv?${days}`);

    for (const { text } of [page, svg]) expect(text).not.toContain('<img src=x');
    expect(svg.text).toContain('&lt;img src=x');
    expect(page.text).not.toMatch(/\son\w+="|style="/);
    expect(csv.text).toContain(`"'=cmd|`);
  });

  it('follows the appearance that was chosen, and the system where none was', async () => {
    const light = await viewer.open(`/overview/promotions.svg?${days}`);
    const dark = await viewer.open(`/overview/promotions.svg?${days}&theme=dark`);
    const usual = await viewer.open('/overview?range=365');

    expect(light.text).not.toBe(dark.text);
    expect(usual.text).toContain('(prefers-color-scheme: dark)');
    await viewer.send('/theme', { theme: 'dark' });
    const { text } = await viewer.open('/overview?range=365');
    expect(text).not.toContain('prefers-color-scheme');
    expect(text).not.toContain('theme=light');
  });

  it('says what it does not understand', async () => {
    for (const query of [
      'range=8',
      'from=yesterday',
      'from=2026-03-03&to=2026-03-02',
      'from=1990-01-01',
      'to=0001-01-01',
    ])
      expect(await viewer.open(`/overview?${query}`), query).toMatchObject({ status: 400 });
    expect(await viewer.open(`/overview/flow.svg?${days}&theme=loud`)).toMatchObject({ status: 400 });
    expect(await viewer.open('/overview/nothing.svg')).toMatchObject({ status: 404 });
  });

  it('is for everybody who is signed in, and for nobody else', async () => {
    const stranger = world.browser();

    for (const path of ['/overview', '/overview/flow.svg', '/overview/flow.csv'])
      expect((await stranger.open(path)).path).toContain('/sign-in');
    for (const person of ['anna', 'otto', 'ada'] as const)
      expect(await (await world.signedIn(person)).open('/overview')).toMatchObject({ status: 200 });
  });
});
