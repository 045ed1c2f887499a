import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { and, eq, startsWith } from '../../../../activities/qrs/client/filter.ts';
import { createQrsClient, type QrsClient } from '../../../../activities/qrs/client/qrs-client.ts';
import type { QrsSite as SiteSettings } from '../../../../activities/qrs/client/settings.ts';
import { defaultSwitches } from '../../../../sandbox/qrs/switches.ts';
import { type QrsSite, startQrsSite } from '../../../../sandbox/qrs/start-site.ts';
import { failureOf } from './code-of.ts';
import { patientTimeouts } from './small-site.ts';

let folder: string;
let site: QrsSite;
let client: QrsClient;
let streamId: string;
const alice = 'ACME\\alice';

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-qrs-'));
  site = await startQrsSite({ alias: 'dev', folder });
  site.actAs.createUser({ directory: 'ACME', id: 'alice', name: 'Alice' });
  streamId = site.actAs.createStream('Sales');
  site.actAs.createProperty('PromotionApproval', ['Approve', 'Deny']);
  client = newClient();
});
afterEach(() => {
  site.faults.clear();
  Object.assign(site.switches, defaultSwitches);
});
afterAll(async () => {
  await client.close(0);
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

describe('on a simulated site', () => {
  it('tells what the site is', async () => {
    await expect(client.about()).resolves.toMatchObject({ nodeType: 1, schemaPath: 'About' });
  });

  it('finds apps by name with any signs, case included, by stream and by ids', async () => {
    const names = [`R&D #1 + 'x' \\ 50% "ü"`, `r&d #1 + 'x' \\ 50% "Ü"`];
    const [first, second] = names.map(newApp);
    site.actAs.publish(first!, streamId);

    expect((await client.findAppsByName(names[0]!)).map(({ id }) => id)).toEqual([first]);
    expect(await client.findAppsByName(names[0]!, { streamId })).toHaveLength(1);
    expect(await client.findAppsByName(names[1]!, { streamId })).toHaveLength(0);
    const both = await client.getAppsByIds([first!, second!, randomUUID()]);
    expect(new Set(both.map(({ id }) => id))).toEqual(new Set([first, second]));
    expect(await client.getApps(and(startsWith('name', 'R&D #1'), eq('published', true)))).toHaveLength(1);
    expect((await client.getApps(eq('published', true)))[0]?.stream?.name).toBe('Sales');
  });

  it('gives the objects that an export carries, or all', async () => {
    const id = newApp('Objects');
    site.actAs.publish(id, streamId);

    const approved = await client.getAppObjects(id);
    const all = await client.getAppObjects(id, { scope: 'all' });

    expect(approved.length).toBeGreaterThan(0);
    expect(approved.every((object) => object.approved)).toBe(true);
    expect(all.length).toBeGreaterThanOrEqual(approved.length);
  });

  it('knows an app that is not there, and deletes twice without harm', async () => {
    const id = newApp('Short-lived');

    await expect(client.getApp(id)).resolves.toMatchObject({ id, name: 'Short-lived' });
    await expect(client.deleteApp(id)).resolves.toBe('deleted');
    await expect(client.deleteApp(id)).resolves.toBe('gone');
    await expect(client.getApp(id)).resolves.toBeUndefined();
    expect((await failureOf(client.updateApp(id, (app) => app))).code).toBe('WAYBILL_QRS_NOT_FOUND');
    await expect(client.user(randomUUID())).resolves.toBeUndefined();
    await expect(client.stream(randomUUID())).resolves.toBeUndefined();
  });

  it('keeps what others changed between the reading and the writing', async () => {
    const id = newApp('Busy');
    let reads = 0;

    const { outcome, app } = await client.updateApp(id, (current) => {
      reads += 1;
      if (reads === 1) site.actAs.rename(id, 'Busy, renamed');
      return { ...current, description: 'ours' };
    });

    expect(outcome).toBe('changed');
    expect(app).toMatchObject({ name: 'Busy, renamed', description: 'ours' });
    expect(reads).toBe(2);
  });

  it('writes nothing when there is nothing to change', async () => {
    const id = newApp('Quiet');
    const before = site.app(id)?.modifiedDate;

    await expect(client.updateApp(id, () => undefined)).resolves.toMatchObject({ outcome: 'unchanged', app: { id } });
    expect(site.app(id)?.modifiedDate).toBe(before);
  });

  it('gives up after five conflicts, naming who was faster', async () => {
    const id = newApp('Contested');
    let reads = 0;

    const running = client.updateApp(id, (current) => {
      reads += 1;
      site.actAs.describe(id, `version ${reads}`, alice);
      return { ...current, name: 'ours' };
    });

    expect(await failureOf(running)).toMatchObject({
      code: 'WAYBILL_QRS_CONFLICT',
      retryable: true,
      facts: { modifiedBy: alice, mayHaveTakenEffect: false },
    });
    expect(reads).toBe(5);
  });

  it('sends back fields that it has no name for', async () => {
    const id = newApp('Whole');
    const before = site.app(id)!;

    await client.updateApp(id, (app) => ({ ...app, description: 'changed' }));

    const { modifiedDate: _, modifiedByUserName: __, description, ...after } = site.app(id)!;
    expect(description).toBe('changed');
    expect(before).toMatchObject(after);
  });

  it('copies, publishes under a name and replaces', async () => {
    const source = newApp('Source');
    const copy = await client.copyApp(source, '~waybill/default/k/t/1');
    expect(copy.name).toBe('~waybill/default/k/t/1');

    const published = await client.publishApp(copy.id, streamId, 'Final');
    expect(published).toMatchObject({ id: copy.id, name: 'Final', published: true, stream: { id: streamId } });

    const fresh = newApp('Fresh');
    const replaced = await client.replaceApp(fresh, copy.id);
    expect(replaced.id).toBe(copy.id);
    expect((await client.getApp(fresh))?.id).toBe(fresh);
    const again = await failureOf(client.publishApp(copy.id, streamId, 'Final'));
    expect(again).toMatchObject({ code: 'WAYBILL_QRS_REFUSED', facts: { mayHaveTakenEffect: false } });
  });

  it('exports, downloads and uploads an app whole', async () => {
    const id = newApp('Traveller');
    const answer = await client.startExport(id, randomUUID(), { skipData: false });
    const { stream, sizeBytes } = await client.download(answer.downloadPath);
    const file = await buffer(stream);
    expect(file).toHaveLength(sizeBytes ?? -1);

    const body = (async function* () {
      yield file;
    })();
    const uploaded = await client.uploadApp({ name: `R&D 'x'`, body, sizeBytes: file.length });

    expect(uploaded).toMatchObject({ name: `R&D 'x'`, published: false });
    expect(uploaded.id).not.toBe(id);
    expect(site.contentHash(uploaded.id)).toBe(site.contentHash(id));
    await expect(client.cancelExport(id, randomUUID())).resolves.toBe('unknown');
    expect((await failureOf(client.download(answer.downloadPath))).code).toBe('WAYBILL_QRS_NOT_FOUND');
  });

  it('tells a download that ends early and an upload whose answer is lost', async () => {
    const id = newApp('Unlucky');
    site.faults.add({ effect: { type: 'truncate', afterBytes: 100 }, path: '/tempcontent/' });
    const { downloadPath } = await client.startExport(id, randomUUID());
    const cut = await client.download(downloadPath);
    expect((await failureOf(buffer(cut.stream))).code).toBe('WAYBILL_QRS_TRUNCATED');

    const whole = await client.download((await client.startExport(id, randomUUID())).downloadPath);
    const file = await buffer(whole.stream);
    site.faults.add({ effect: { type: 'reply-lost' }, method: 'POST', path: '/app/upload' });
    const upload = {
      name: 'Lost answer',
      body: (async function* () {
        yield file;
      })(),
      sizeBytes: file.length,
    };

    expect(await failureOf(client.uploadApp(upload))).toMatchObject({
      retryable: true,
      facts: { mayHaveTakenEffect: true },
    });
    expect(await client.findAppsByName('Lost answer')).toHaveLength(1);
  });

  it('makes and ends subscriptions, and notices that the repository has forgotten them', async () => {
    const url = 'http://127.0.0.1:1/callback/token';
    const handle = await client.createSubscription({
      name: 'App',
      changeType: 'update',
      propertyName: 'publishTime',
      url,
    });

    expect(site.subscriptions()).toMatchObject([
      { handle, kind: 'App', changeType: 2, propertyName: 'publishTime', url },
    ]);
    await expect(client.deleteSubscription(handle)).resolves.toBe('deleted');
    for (const code of [404, 400, 409] as const) {
      site.switches.unknownHandleCode = code;
      await expect(client.deleteSubscription(handle)).resolves.toBe('unknown');
    }
  });

  it('reads streams, users, tags, properties and changes', async () => {
    const sinceUtc = new Date(Date.now() - 60_000).toISOString();
    const tag = await client.createTag(`Tag ${randomUUID()}`);
    const appId = newApp('Changed');

    expect((await client.tags(eq('name', tag.name))).map(({ id }) => id)).toEqual([tag.id]);
    expect((await client.streams(eq('name', 'Sales'))).map(({ id }) => id)).toEqual([streamId]);
    const [user] = await client.users(and(eq('userDirectory', 'ACME'), eq('userId', 'alice')));
    await expect(client.user(user!.id)).resolves.toMatchObject({ userId: 'alice', inactive: false });
    await expect(client.stream(streamId)).resolves.toMatchObject({ name: 'Sales' });
    const [property] = await client.customPropertyDefinitions(eq('name', 'PromotionApproval'));
    expect(property?.choiceValues).toEqual(['Approve', 'Deny']);
    expect((await client.changesSince(sinceUtc, ['App'])).map(({ id }) => id)).toContain(appId);
  });

  it('starts a reload', async () => {
    const id = newApp('Reloaded');

    await client.reloadApp(id);

    await expect.poll(() => site.app(id)?.lastReloadTime, { timeout: 10_000 }).not.toMatch(/^1753/);
  });

  it('gives each wrong setting an error of its own', async () => {
    const other = await startQrsSite({
      alias: 'other',
      folder: path.join(folder, 'other'),
      hostName: 'qlik.company.test',
    });
    const down = await startQrsSite({ alias: 'down', folder: path.join(folder, 'down') });
    await down.goDown();
    site.faults.add({
      effect: { type: 'status', status: 403, text: 'XSRF prevention check failed. Possible XSRF discovered.' },
      path: '/qrs/stream',
    });
    const wrong = {
      authority: newClient({ port: other.port }),
      name: newClient({ port: other.port, certificates: other.certificatesFolder }),
      user: newClient({ user: { directory: 'ACME', id: 'nobody' } }),
      port: newClient({ port: down.port }),
    };

    const codes = await Promise.all(Object.values(wrong).map(async (each) => (await failureOf(each.about())).code));
    const xrfkey = (await failureOf(client.streams())).code;

    expect([...codes, xrfkey]).toEqual([
      'WAYBILL_QRS_TLS_UNTRUSTED',
      'WAYBILL_QRS_TLS_NAME',
      'WAYBILL_QRS_USER',
      'WAYBILL_QRS_UNREACHABLE',
      'WAYBILL_QRS_XSRF',
    ]);
    await Promise.all([...Object.values(wrong).map((each) => each.close(0)), other.close(), down.close()]);
  });

  it.each([
    [{ type: 'html' as const }, 'WAYBILL_QRS_SERVER', true],
    [{ type: 'too-many' as const, retryAfterSeconds: 3 }, 'WAYBILL_QRS_BUSY', false],
    [{ type: 'reset' as const }, 'WAYBILL_QRS_UNREACHABLE', true],
    [{ type: 'hang' as const }, 'WAYBILL_QRS_TIMEOUT', true],
    [{ type: 'reply-lost' as const }, 'WAYBILL_QRS_UNREACHABLE', true],
  ])('classifies %j as %s', async (effect, code, mayHaveTakenEffect) => {
    const id = newApp('Faulty');
    site.faults.add({ effect, method: 'DELETE' });

    const error = await failureOf(client.deleteApp(id, { timeoutMs: 200 }));

    expect(error).toMatchObject({ code, retryable: true, facts: { mayHaveTakenEffect } });
    if (effect.type === 'too-many') expect(error.retryAfterMs).toBe(3000);
  });
});

function newApp(name: string): string {
  return site.actAs.createApp({ name, owner: alice });
}

function newClient(change: Partial<SiteSettings> = {}): QrsClient {
  const settings: SiteSettings = {
    hosts: ['localhost'],
    port: site.port,
    certificates: site.certificatesFolder,
    user: { directory: site.apiUser.directory, id: site.apiUser.id },
    ...change,
  };
  return createQrsClient({ alias: 'dev', site: settings, timeouts: patientTimeouts });
}
