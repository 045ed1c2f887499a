import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { KeptFiles } from '../../console/server/kept-files.ts';
import { appHistoryHref } from '../../console/html/links.ts';
import { type ConsoleWorld, startConsoleWorld } from './console-world.ts';
import { delivery, fillLedger, promotion } from './filled-ledger.ts';

const BYTES = Buffer.from('the bytes of an app');
const SHA = 'f5a3'.repeat(16);
const NAME = 'Ümsatz "Süd"/2026\r\nX';
const KEY = 'q1w2e3r4twobackup';
const TARGET_APP = '8d7a4a0c-98d3-4d0d-9c3f-0c7a7f3d2b11';

const opened: string[] = [];
const files: KeptFiles = {
  artifact: async (sha256) => {
    opened.push(sha256);
    if (sha256 !== SHA) throw waybillError('WAYBILL_ARTIFACT_MISSING', { sha256, store: 'somewhere' });
    return { stream: Readable.from([BYTES]), sizeBytes: BYTES.length };
  },
  version: async ({ key, versionId }) => {
    opened.push(`${key}@${versionId}`);
    return { stream: Readable.from([BYTES]), sizeBytes: BYTES.length };
  },
};

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsoleWorld({ files });
  const { ledger } = world;
  await fillLedger(ledger);
  await promotion(ledger, { key: KEY, name: NAME, state: 'promoted', minutes: 10, ended: true });
  const items = [{ action: 'replaced', streamName: 'Sales', appId: TARGET_APP, verified: true }];
  await delivery(ledger, KEY, 'test', 'verified', { items, minutes: 6 });
  const version = { key: 'promoted/dev/x.qvf', versionId: 'v1', sha256: SHA };
  await ledger.updatePromotion(KEY, { version });
  await ledger.recordBackup({
    target: 'test',
    targetAppId: TARGET_APP,
    promotionKey: KEY,
    sha256: createHash('sha256').update('gone').digest('hex'),
    sizeBytes: 9_000_000,
    withData: true,
    atUtc: new Date().toISOString(),
  });
});

afterAll(async () => {
  await world?.close();
});

describe('the list of apps', () => {
  it('shows each app once, with how often it was decided about', async () => {
    const vera = await world.signedIn('vera');

    const { status, text } = await vera.open('/apps');

    expect(status).toBe(200);
    expect(text.match(/<strong>Sales Overview<\/strong>/g)).toHaveLength(1);
    expect(text.indexOf('Süd')).toBeLessThan(text.indexOf('<strong>Leads'));
    expect(text).not.toMatch(/\son\w+="|style="/);
  });

  it('finds by text and site, and says when nothing is like that', async () => {
    const vera = await world.signedIn('vera');

    const leads = await vera.open('/apps?text=leads&site=dev');
    const none = await vera.open('/apps?text=zqzq');

    expect(leads.text).toContain('<strong>Leads</strong>');
    expect(leads.text).not.toContain('Orders Daily');
    expect(none.text).toContain('No app is like that.');
  });

  it('refuses a page that is no number', async () => {
    const vera = await world.signedIn('vera');
    expect((await vera.open('/apps?page=x')).status).toBe(400);
  });
});

describe('the history of an app', () => {
  const address = appHistoryHref({ site: 'dev', appName: NAME });

  it('tells which bytes stand where, since when, by which promotion', async () => {
    const vera = await world.signedIn('vera');

    const { text } = await vera.open(address);

    expect(text).toContain(`<code>${TARGET_APP}</code>`);
    expect(text).toContain(`<code title="SHA-256 ${SHA}">${SHA.slice(0, 12)}</code>`);
    expect(text).toContain(`/promotions/${KEY}`);
    expect(text).toContain('before it, at test (with data, 8.6 MB)');
  });

  it('tells viewers why they cannot download, and offers them nothing', async () => {
    const vera = await world.signedIn('vera');

    const { text } = await vera.open(address);
    const refused = await vera.open(`/apps/files/${KEY}/export`);

    expect(text).toContain('Only operators and administrators may do this.');
    expect(text).not.toContain(`href="/apps/files/${KEY}`);
    expect(refused.status).toBe(403);
  });

  it('is empty for an app that nobody knows', async () => {
    const vera = await world.signedIn('vera');
    const { status, text } = await vera.open(appHistoryHref({ site: 'dev', appName: '<b>nobody</b>' }));
    expect(status).toBe(200);
    expect(text).toContain('Nobody has decided about an app of this name yet.');
    expect(text).not.toContain('<b>nobody');
  });
});

describe('a kept file', () => {
  it('comes whole, under the name of its app whatever that is, and is told to the auditor', async () => {
    const otto = await world.signedIn('otto');

    const { status, text, headers } = await otto.open(`/apps/files/${KEY}/export`);

    expect({ status, text }).toEqual({ status: 200, text: BYTES.toString() });
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[^\r\n]+"; filename\*=UTF-8''/);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    const [entry] = await world.ledger.listAudit({ kinds: ['store'], limit: 1 });
    expect(entry).toMatchObject({
      type: 'file-downloaded',
      account: 'COMPANY\\otto',
      door: 'console',
      promotionKey: KEY,
      facts: { what: 'what was exported' },
    });
    const audit = await (await world.signedIn('vera')).open('/audit?kind=store');
    expect(audit.text).toContain('downloaded what was exported');
  });

  it('comes from S3 as the version that the ledger names', async () => {
    const otto = await world.signedIn('otto');
    expect((await otto.open(`/apps/files/${KEY}/version`)).status).toBe(200);
    expect(opened.at(-1)).toBe('promoted/dev/x.qvf@v1');
  });

  it.each([
    ['that was collected', `/apps/files/${KEY}/before/test/${TARGET_APP}`, 404, 'cannot be had any more'],
    ['of another target', `/apps/files/${KEY}/before/prod/${TARGET_APP}`, 404, 'was not kept'],
    ['of a promotion without a version', '/apps/files/a2b3c4d5promoted/version', 404, 'no version was kept'],
    ['of a denial', '/apps/files/e6f7g2h3deniedxx/export', 404, 'nothing was exported'],
    ['of nothing', '/apps/files/..%2f..%2fetc/export', 404, 'Look for it among the promotions'],
  ])('%s says so', async (_, path, status, words) => {
    const otto = await world.signedIn('otto');
    const shown = await otto.open(path);
    expect(shown.status).toBe(status);
    expect(shown.text).toContain(words);
  });

  it('cannot be had without signing in', async () => {
    const { path } = await world.browser().open(`/apps/files/${KEY}/export`);
    expect(path).toMatch(/^\/sign-in/);
  });
});
