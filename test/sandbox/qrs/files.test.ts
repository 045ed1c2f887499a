import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeQvf } from '../../../sandbox/qvf/write-qvf.ts';
import { type Answer, startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await startTestSite();
});

afterAll(() => site[Symbol.asyncDispose]());

async function exportApp(id: string, query = ''): Promise<Answer> {
  const ticket = await site.call('POST', `/qrs/app/${id}/export/${randomUUID()}?${query}`);
  expect(ticket.status).toBe(201);
  return site.call('GET', ticket.json.downloadPath, { withoutXrf: true });
}

function upload(bytes: Buffer, query: string): Promise<Answer> {
  const headers = { 'Content-Type': 'application/vnd.qlik.sense.app' };
  return site.call('POST', `/qrs/app/upload?${query}`, { raw: bytes, headers });
}

function multipart(bytes: Buffer): { raw: Buffer; headers: Record<string, string> } {
  const head = '--b0und\r\nContent-Disposition: form-data; name="file"; filename="a.qvf"\r\n';
  const type = 'Content-Type: application/octet-stream\r\n\r\n';
  const raw = Buffer.concat([Buffer.from(head + type), bytes, Buffer.from('\r\n--b0und--\r\n')]);
  return { raw, headers: { 'Content-Type': 'multipart/form-data; boundary=b0und' } };
}

describe('export', () => {
  test('hands out the file once, outside /qrs, to the user who exported', async () => {
    const id = site.actAs.createApp({ name: 'User retention/2', owner: 'ACME\\ann', dataSizeBytes: 300_000 });
    site.actAs.createUser({ directory: 'ACME', id: 'root', roles: ['RootAdmin'] });
    const token = randomUUID();

    const ticket = await site.call('POST', `/qrs/app/${id}/export/${token}`);
    const { downloadPath } = ticket.json;
    const stranger = await site.call('GET', downloadPath, { user: 'UserDirectory=ACME; UserId=root' });
    const first = await site.call('GET', downloadPath);
    const second = await site.call('GET', downloadPath);

    expect(ticket.json).toMatchObject({
      exportToken: token,
      appId: id,
      cancelled: false,
      schemaPath: 'AppExportResponse',
    });
    expect(downloadPath).toMatch(
      /^\/tempcontent\/[0-9a-f-]{36}\/User%20retention%2F2\.qvf\?serverNodeId=[0-9a-f-]{36}$/u,
    );
    expect([stranger.status, first.status, second.status]).toEqual([403, 200, 404]);
    expect(Number(first.headers['content-length'])).toBe(first.bytes.length);
    expect(first.bytes.length).toBeGreaterThan(300_000);
  });

  test('leaves data out when asked, and carries what the scope says', async () => {
    const id = site.actAs.createApp({ name: 'Scopes', owner: 'ACME\\ann', dataSizeBytes: 300_000 });
    site.actAs.publish(id, 'Sales');
    site.actAs.edit(id, { addSheet: 'Community', community: true });
    site.actAs.edit(id, { addSheet: 'Private' });
    const sheetsOf = async (query: string): Promise<number> => {
      const uploaded = await upload((await exportApp(id, query)).bytes, 'name=Scoped');
      return site.objects(uploaded.json.id).filter((object) => object['objectType'] === 'sheet').length;
    };

    const thin = await exportApp(id, 'skipData=true');

    expect(thin.bytes.length).toBeLessThan(100_000);
    expect(await sheetsOf('')).toBe(2);
    expect(await sheetsOf('exportscope=published')).toBe(3);
    expect(await sheetsOf('exportscope=all')).toBe(4);
  });

  test('cancels an export that is under way', async () => {
    const id = site.actAs.createApp({ name: 'Slow', owner: 'ACME\\ann' });
    const token = randomUUID();
    site.switches.exportDurationMs = 60_000;

    const running = site.call('POST', `/qrs/app/${id}/export/${token}`);
    await expect.poll(() => site.call('DELETE', `/qrs/app/${id}/export/${token}`)).toMatchObject({ status: 200 });
    site.switches.exportDurationMs = 0;

    expect((await running).json).toMatchObject({ exportToken: token, cancelled: true });
  });
});

describe('upload', () => {
  test('gives the caller an unpublished app that holds what the file held, raw or multipart', async () => {
    const id = site.actAs.createApp({ name: 'Origin', owner: 'ACME\\ann', description: 'about' });
    const file = await exportApp(id);

    const raw = await upload(file.bytes, `name=${encodeURIComponent("Raw & 'quoted'")}&keepdata=true`);
    const parts = await site.call('POST', '/qrs/app/upload?name=Parts', multipart(file.bytes));

    for (const answer of [raw, parts]) {
      expect(answer).toMatchObject({ status: 201, json: { published: false, description: 'about', stream: null } });
      expect(answer.json.owner.userId).toBe('sa_api');
      expect(site.contentHash(answer.json.id)).toBe(site.contentHash(id));
      const again = await exportApp(answer.json.id);
      expect(again.bytes.length).toBe(file.bytes.length);
    }
    expect(raw.json.name).toBe("Raw & 'quoted'");
    const logged = site.events().find((event) => event.id === raw.json.id);
    expect(logged?.details['sha256']).toBe(createHash('sha256').update(file.bytes).digest('hex'));
    expect(await readdir(path.join(path.dirname(site.certificatesFolder), 'uploads'))).toEqual([]);
  });

  test('gives objects other ids when the switch says so', async () => {
    const id = site.actAs.createApp({ name: 'Ids', owner: 'ACME\\ann' });
    const engineIds = (app: string): unknown[] => site.objects(app).map((object) => object['engineObjectId']);
    const file = await exportApp(id);

    site.switches.importKeepsObjectIds = false;
    const renamed = await upload(file.bytes, 'name=Renamed');
    site.switches.importKeepsObjectIds = true;
    const kept = await upload(file.bytes, 'name=Kept');

    expect(engineIds(kept.json.id)).toEqual(engineIds(id));
    expect(engineIds(renamed.json.id)[0]).not.toBe(engineIds(id)[0]);
  });

  test('shows other hashes and no size of what was imported, where the switches say so', async () => {
    const id = site.actAs.createApp({ name: 'Hashes', owner: 'ACME\\ann' });
    const hashes = (app: string): unknown[] => site.objects(app).map((object) => object['contentHash']);
    const file = await exportApp(id);

    Object.assign(site.switches, { contentHashOnImport: 'renewed', fileSizeShown: 'zero' });
    const renewed = await upload(file.bytes, 'name=Renewed');
    Object.assign(site.switches, { contentHashOnImport: 'kept', fileSizeShown: 'estimate' });
    const kept = await upload(file.bytes, 'name=Kept hashes');

    expect(hashes(kept.json.id)).toEqual(hashes(id));
    expect(hashes(renewed.json.id)[0]).not.toBe(hashes(id)[0]);
    expect(site.contentHash(renewed.json.id)).toBe(site.contentHash(id));
    expect([renewed.json.fileSize, kept.json.fileSize]).toEqual([0, expect.any(Number)]);
  });

  test('refuses what is no whole app and leaves nothing behind', async () => {
    const id = site.actAs.createApp({ name: 'Whole', owner: 'ACME\\ann' });
    const { bytes } = await exportApp(id);
    const appsBefore = site.apps().length;

    const answers = await Promise.all([
      upload(Buffer.from('hello'), 'name=Text'),
      upload(Buffer.alloc(0), 'name=Empty'),
      upload(bytes.subarray(0, bytes.length - 4096), 'name=Cut'),
      site.call('POST', '/qrs/app/upload', { raw: bytes }),
    ]);

    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400]);
    expect(site.apps()).toHaveLength(appsBefore);
  });

  test('refuses uploads on a rim node', async () => {
    await using rim = await startTestSite({ switches: { thisNode: 'rim', nodeCount: 2 } });

    const answer = await rim.call('POST', '/qrs/app/upload?name=x', { raw: Buffer.from('x') });
    const about = await rim.call('GET', '/qrs/about');

    expect(answer.status).toBe(400);
    expect(about.json.nodeType).toBe(2);
  });

  test('replaces a target from a file and keeps its id and owner', async () => {
    const source = site.actAs.createApp({ name: 'New content', owner: 'ACME\\bob', sheets: 4 });
    const target = site.actAs.createApp({ name: 'Target', owner: 'ACME\\ann' });
    const { bytes } = await exportApp(source);
    const before = site.apps().length;

    const answer = await site.call('POST', `/qrs/app/upload/replace?targetappid=${target}`, { raw: bytes });

    expect(answer).toMatchObject({ status: 201, json: { id: target, name: 'Target', owner: { userId: 'ann' } } });
    expect(site.contentHash(target)).toBe(site.contentHash(source));
    expect(site.apps()).toHaveLength(before);
  });

  test('takes a large file in flat memory', async () => {
    const content = {
      appProperties: { qTitle: 'Big' },
      script: '',
      objects: [],
      dataSizeBytes: 192 * 1024 ** 2,
      dataSeed: 1,
    };
    const file = writeQvf(content);
    const heapBefore = process.memoryUsage().rss;

    const answer = await site.call('POST', '/qrs/app/upload?name=Big', {
      raw: file.stream(),
      headers: { 'content-length': String(file.sizeBytes) },
    });

    expect(answer).toMatchObject({ status: 201 });
    expect(answer.json.fileSize).toBeGreaterThan(content.dataSizeBytes);
    expect(process.memoryUsage().rss - heapBefore).toBeLessThan(150 * 1024 ** 2);
  });
});
