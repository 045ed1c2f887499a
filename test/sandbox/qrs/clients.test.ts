import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type https from 'node:https';
import { QlikRepoApi } from 'qlik-repo-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, startReceiver, startTestSite, type TestSite } from './test-site.ts';

interface Interact {
  Get(path: string): Promise<{ statusCode: number; body: Json }>;
  Post(path: string, body?: unknown, type?: string): Promise<{ statusCode: number; body: Json }>;
  Put(path: string, body: unknown): Promise<{ statusCode: number; body: Json }>;
  Delete(path: string): Promise<{ statusCode: number }>;
}

const QrsInteract = createRequire(import.meta.url)('qrs-interact') as new (options: object) => Interact;

let site: TestSite;
let interact: Interact;
let repoApi: QlikRepoApi.client;
let folder: string;

beforeAll(async () => {
  site = await startTestSite();
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-clients-'));
  const { client, clientKey } = site.certificates;
  interact = new QrsInteract({
    hostname: 'localhost',
    portNumber: site.port,
    certificates: { certFile: client, keyFile: clientKey },
    headers: { 'X-Qlik-User': 'UserDirectory=INTERNAL; UserId=sa_api', 'Content-Type': 'application/json' },
  });
  repoApi = new QlikRepoApi.client({
    host: 'localhost',
    port: site.port,
    httpsAgent: site.agent as https.Agent,
    authentication: { user_dir: 'INTERNAL', user_name: 'sa_api' },
  });
});

afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('qrs-interact', () => {
  test('reads, filters with escapes, changes and deletes', async () => {
    const id = site.actAs.createApp({ name: "Q1'25", owner: 'ACME\\ann' });
    const filter = encodeURIComponent("name eq 'Q1\\'25'");

    const found = await interact.Get(`app/full?filter=${filter}`);
    const changed = await interact.Put(`app/${id}`, { ...found.body[0], description: 'changed' });
    const copied = await interact.Post(`app/${id}/copy?name=Copy`, {}, 'json');
    const removed = await interact.Delete(`app/${copied.body.id}`);

    expect(found.body).toMatchObject([{ id, name: "Q1'25" }]);
    expect(changed).toMatchObject({ statusCode: 200, body: { description: 'changed' } });
    expect([copied.statusCode, removed.statusCode]).toEqual([201, 204]);
    await expect(interact.Get("app?filter=name eq 'Q1''25'")).rejects.toThrow(
      "400::Cannot parse the expression: name eq 'Q1''25'",
    );
    await expect(interact.Put(`app/${id}`, found.body[0])).rejects.toThrow('409');
  });

  test('exports and downloads an app', async () => {
    const id = site.actAs.createApp({ name: 'Export me', owner: 'ACME\\ann' });

    const ticket = await interact.Post(`app/${id}/export/11111111-1111-4111-8111-111111111111`, '', 'json');
    const file = await interact.Get(ticket.body.downloadPath.slice(1));

    expect((file.body as Buffer).subarray(0, 4)).toEqual(Buffer.from([0xff, 0xff, 0x01, 0x00]));
  });
});

describe('qlik-repo-api', () => {
  test('exports, uploads, publishes, replaces and tells the version', async () => {
    const id = site.actAs.createApp({ name: 'Life', owner: 'ACME\\ann' });

    const about = await repoApi.about.get();
    const app = await repoApi.apps.get({ id });
    const exported = await app.export();
    const target = path.join(folder, 'life.qvf');
    await writeFile(target, await bytesOf(exported.file as unknown as AsyncIterable<Buffer>));
    const uploaded = await repoApi.apps.upload({ name: 'Life 2', file: await readFile(target) });
    await uploaded.publish({ stream: 'Sales', name: 'Life published' });
    site.actAs.edit(id, { title: 'New title' });
    await app.switch({ targetAppId: uploaded.details.id });

    expect(about).toMatchObject({ schemaPath: 'About' });
    expect(uploaded.details).toMatchObject({ name: 'Life published', published: true });
    expect(site.contentHash(uploaded.details.id)).toBe(site.contentHash(id));
    expect(await uploaded.remove()).toBe(204);
  });

  test('sets custom properties and tags by name', async () => {
    site.actAs.createTag('reviewed');
    const id = site.actAs.createApp({ name: 'Props', owner: 'ACME\\ann' });
    const app = await repoApi.apps.get({ id });

    await app.update({ customProperties: ['Approval=Approve', 'Promote to=prod/Sales'], tags: ['reviewed'] });

    expect(site.app(id)).toMatchObject({
      customProperties: [{ value: 'Approve' }, { value: 'prod/Sales' }],
      tags: [{ name: 'reviewed' }],
    });
  });

  test('creates, lists and removes streams, users, tags, properties and rules', async () => {
    const stream = await repoApi.streams.create({ name: 'Made' });
    const user = await repoApi.users.create({ userId: 'eve', userDirectory: 'ACME', name: 'Eve' });
    const tag = await repoApi.tags.create({ name: 'made' });
    const nodes = await repoApi.nodes.getAll();

    expect([stream.details.name, user.details.userId, tag.details.name]).toEqual(['Made', 'eve', 'made']);
    expect(nodes[0]?.details).toMatchObject({ isCentral: true, hostName: 'localhost' });
    expect([await stream.remove(), await user.remove(), await tag.remove()]).toEqual([204, 204, 204]);
  });

  test('subscribes, is called back and unsubscribes', async () => {
    await using receiver = await startReceiver();
    const id = site.actAs.createApp({ name: 'Watched', owner: 'ACME\\ann' });

    const handle = (await repoApi.notification.create({
      name: 'App',
      uri: receiver.url,
      changetype: 2,
    })) as unknown as string;
    site.actAs.rename(id, 'Seen');
    await site.callbacksIdle();
    const changes = await repoApi.notification.changes({ since: '2020-01-01T00:00:00.000Z', types: 'App' });
    const removed = await repoApi.notification.remove({ handle });

    expect(receiver.events()).toMatchObject([{ objectID: id, changeType: 2 }]);
    expect(changes.length).toBeGreaterThan(0);
    expect(removed).toBe(204);
  });

  test('selects apps by a filter', async () => {
    const selection = await repoApi.apps.select({ filter: "name sw 'Life'" });

    expect(selection).toMatchObject({ schemaPath: 'Selection', items: expect.any(Array) });
  });
});
