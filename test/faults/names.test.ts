import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prettyLine } from '../../common/pretty-line.ts';
import { type SandboxS3, startS3 } from '../../sandbox/s3/start-s3.ts';
import type { Overview } from '../../views/overview.ts';
import { promoted, publishedApp, send, standingApp, standingOf } from '../effects/effects.ts';
import { approve } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { type CliWorld, startCliWorld } from '../starter/cli/cli-world.ts';
import { expectSound } from './expect-sound.ts';

const BUCKET = 'versions';
const ESCAPE = '\u001b';

/** What people, and people who mean harm, call an app. */
const names = {
  'quotes and a backslash': `O'Brien's "best" \\ back\\'`,
  'a filter that is always true': "' or name ne '",
  'a filter with brackets': "x') or (published eq true and name so '",
  'an escaped quote': "\\' or name ne \\'",
  'a path': '../../etc/passwd/..\\..\\windows',
  'the parts of an address': '100% & #1? a=b;c+d %27 %00',
  'line breaks': 'Two\r\nlines\nBcc: everybody@company.example',
  'control of the terminal': `${ESCAPE}[31mred${ESCAPE}]0;title\u0007${ESCAPE}[2J\u009b1m`,
  'a turned direction': 'invoice\u202efdp.exe\u202c\u2067x\u2069\u200f',
  markup: '<img src=x onerror=alert(1)>{{app.owner}}&amp;',
  'a formula': `=HYPERLINK("https://evil.example","x")`,
  'many scripts': 'Ünïcödé 売上 продажи 🎉👩‍👩‍👧 e\u0301',
  '255 characters': `${'é'.repeat(120)}${'名'.repeat(134)}x`,
  'spaces around it': '  padded  ',
} as const;

describe('row 11: an app whose name has', () => {
  let folder: string;
  let s3: SandboxS3;
  let cli: CliWorld;
  let world: World;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-names-'));
    s3 = await startS3({ folder });
    await s3.createBucket(BUCKET);
    cli = await startCliWorld({
      change: (yaml, alias) => {
        yaml['staging'] = { sweepAfter: '0s' };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
        const { endpoint, region, accessKeyId, secretAccessKey } = s3;
        const credentials = { accessKeyId, secretAccessKey };
        const place = { bucket: BUCKET, endpoint, region, pathStyle: true, credentials };
        yaml['versioning'] = { mode: 'always', required: true, ...place };
      },
    });
    world = cli.world;
    // Whatever breaks out of a filter meets these first.
    for (const site of ['test', 'prod']) {
      for (const bystander of ['x', 'Two', 'padded', 'Another']) standingApp(world, site, bystander);
    }
  }, 900_000);

  afterAll(async () => {
    await world?.close();
    await s3?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(names))('%s is promoted, replaced, mailed and listed as what it is', async (_, name) => {
    const standing = standingApp(world, 'test', name);
    const app = publishedApp(world, name, { description: `About ${name}` });
    approve(world, app.id, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    const { promotionKey } = await promoted(world, app);

    expect(standingOf(world, 'test', name).map(({ id }) => id)).toEqual([standing]);
    expect(standingOf(world, 'prod', name)).toMatchObject([{ stream: 'Sales' }]);
    await expectMailed(promotionKey, name);
    await expectListed(promotionKey, name);
  });

  it('anything of that changes nothing else on any site, in the bucket or in the log', async () => {
    await expectSound(world, { store: { s3, bucket: BUCKET } });
    const log = world.logger.lines.map((line) => prettyLine(JSON.stringify(line))).join('');
    expect(log).not.toMatch(steering);
    const stored = await storedKeys();
    expect(stored.length).toBeGreaterThanOrEqual(Object.keys(names).length);
    expect(stored.filter((key) => !/^dev-[0-9a-f]+\/[0-9a-f-]{36}\.qvf$/.test(key))).toEqual([]);
  });

  /** What turns, moves or colours: nothing of it may reach a terminal, but for the line breaks of the text itself. */
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200f]/u;

  async function expectMailed(promotionKey: string, name: string): Promise<void> {
    const mails = await waitFor('the mails', () => {
      const own = world.inbox.messages().filter(({ raw = '' }) => raw.includes(promotionKey));
      return own.length >= 2 ? own : undefined;
    });
    for (const { raw = '', html = '', subject, to } of mails) {
      const header = raw.slice(0, raw.search(/\r?\n\r?\n/));
      expect(header).not.toMatch(/^bcc:/im);
      expect(to).toEqual(['rep@company.example']);
      // A mark (RLM) belongs to the name; it turns nothing but itself.
      expect(subject.replaceAll('\u200f', '')).not.toMatch(steering);
      expect(subject).not.toContain('\n');
      if (name === names.markup) expect(html).toContain('&lt;img');
      expect(html).not.toContain('<img src=x');
    }
  }

  async function expectListed(promotionKey: string, name: string): Promise<void> {
    const outputs = [await cli.run('list', '--ended'), await cli.run('show', promotionKey)];
    for (const { output, exitCode } of outputs) {
      expect(exitCode).toBe(0);
      expect(output).not.toMatch(steering);
    }
    const { ended } = await cli.json<Overview>('list', '--ended');
    expect(ended?.find((one) => one.promotionKey === promotionKey)?.appName).toBe(name);
  }

  async function storedKeys(): Promise<string[]> {
    const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3');
    const client = s3.client();
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    client.destroy();
    return Versions.map(({ Key = '' }) => Key);
  }
});

describe('row 11: two apps of one name that go to the same stream at once', () => {
  let cli: CliWorld;
  let world: World;

  beforeAll(async () => {
    cli = await startCliWorld({
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['staging'] = { sweepAfter: '0s' };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
      },
    });
    world = cli.world;
    world.site('test').switches.writeDurationMs = 150;
  });

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { first: 'Overwrite', second: 'Overwrite', left: 1 },
    { first: 'Overwrite', second: 'Duplicate', left: 2 },
    { first: 'Duplicate', second: 'Duplicate', left: 3 },
  ] as const)('as $first and $second neither lose nor mix anything', async ({ first, second, left }) => {
    const name = `O'Twin, ${first}, ${second}`;
    const standing = standingApp(world, 'test', name);
    const apps = [send(world, name, { test: first }), send(world, name, { test: second })];
    for (const app of apps) await promoted(world, app);

    const found = standingOf(world, 'test', name);
    expect(found).toHaveLength(left);
    expect(found.map(({ id }) => id)).toContain(standing);
    const contents = new Set(apps.map(({ content }) => content.join()));
    const isNew = found.filter(({ content }) => contents.has(content.join()));
    expect(isNew).toHaveLength(first === 'Duplicate' ? 2 : left);
    await expectSound(world);
  });
});
