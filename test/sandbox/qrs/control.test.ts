import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type QrsControl, startControl } from '../../../sandbox/qrs/control.ts';
import { buildQmcCommand } from '../../../sandbox/qmc.ts';
import { type Json, startTestSite, type TestSite } from './test-site.ts';

let dev: TestSite;
let prod: TestSite;
let control: QrsControl;

beforeAll(async () => {
  [dev, prod] = await Promise.all([startTestSite({ alias: 'dev' }), startTestSite({ alias: 'prod' })]);
  control = await startControl([dev, prod]);
});

afterAll(async () => {
  await control.close();
  await Promise.all([dev[Symbol.asyncDispose](), prod[Symbol.asyncDispose]()]);
});

async function act(body: Json): Promise<{ status: number; json: Json }> {
  const response = await fetch(`${control.url}/act`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, json: await response.json() };
}

async function look(target: string): Promise<Json> {
  return (await fetch(`${control.url}/${target}`)).json();
}

describe('the control server', () => {
  test('lets another process play owner and approver', async () => {
    const created = await act({
      site: 'dev',
      action: 'createApp',
      name: 'Played',
      owner: 'ACME\\ann',
      dataSizeBytes: 10,
    });
    const app = created.json.result as string;

    await act({ site: 'dev', action: 'publish', app, stream: 'Sales' });
    await act({ site: 'dev', action: 'setProperties', app, by: 'ACME\\bob', properties: { Approval: ['Approve'] } });
    await act({ site: 'dev', action: 'edit', app: 'Played', title: 'Other' });
    await act({ site: 'dev', action: 'reload', app });

    expect(dev.app(app)).toMatchObject({
      published: true,
      customProperties: [{ value: 'Approve', modifiedByUserName: 'ACME\\bob' }],
    });
    const events = await look('events?site=dev&after=0');
    expect(events.filter((event: Json) => event.id === app).map((event: Json) => event.action)).toEqual([
      'create-app',
      'publish-app',
      'update-app',
      'edit-app',
      'reload-app',
    ]);
  });

  test('keeps row ids of what stays and takes values off', async () => {
    const app = dev.actAs.createApp({ name: 'Rows', owner: 'ACME\\ann' });
    dev.actAs.setProperties(app, 'ACME\\bob', { Approval: ['Approve'], 'Promote to': ['prod/Sales'] });
    const [approval] = dev.app(app)!['customProperties'] as Json[];

    await act({ site: 'dev', action: 'setProperties', app, by: 'ACME\\ann', properties: { 'Promote to': [] } });

    expect(dev.app(app)!['customProperties']).toEqual([approval]);
  });

  test('sets faults, switches and delivery faults of one site', async () => {
    await act({ site: 'prod', action: 'addFault', rule: { effect: { type: 'status', status: 503 }, path: 'about' } });
    await act({ site: 'prod', action: 'switches', set: { rowIdsOnResend: 'renewed' } });
    await act({ site: 'prod', action: 'deliveryFaults', set: { dropNext: 2 } });

    expect((await prod.call('GET', '/qrs/about')).status).toBe(503);
    expect((await dev.call('GET', '/qrs/about')).status).toBe(200);
    const state = await look('state?site=prod');
    expect(state).toMatchObject({ switches: { rowIdsOnResend: 'renewed' }, deliveryFaults: { dropNext: 2 } });
    expect((await look('requests?site=prod')).counts).toEqual({ 'GET /about': 1 });
  });

  test('says what is wrong with a request', async () => {
    const unknown = await act({ site: 'dev', action: 'explode' });
    const nowhere = await act({ site: 'moon', action: 'restart' });
    const incomplete = await act({ site: 'dev', action: 'publish', stream: 'Sales' });
    const refused = await act({ site: 'dev', action: 'createTag', name: 'x', extra: 1 });
    const typo = await act({ site: 'dev', action: 'switches', set: { rowIds: 'kept' } });

    expect([unknown, nowhere, incomplete, refused, typo].map(({ status }) => status)).toEqual([
      400, 400, 400, 400, 400,
    ]);
    expect(unknown.json.error).toContain('no action explode');
    expect(incomplete.json.error).toContain('app');
  });
});

describe('the command qmc', () => {
  async function qmc(...words: string[]): Promise<Json> {
    let output = '';
    const command = buildQmcCommand((text) => {
      output += text;
    });
    await command.parseAsync(['--control', control.url, '--site', 'dev', ...words], { from: 'user' });
    return JSON.parse(output);
  }

  test('creates, publishes, approves and shows', async () => {
    await qmc('create-user', 'ACME\\eve', '--email', 'eve@acme.example');
    const { result: app } = await qmc('create-app', 'From afar', '--owner', 'ACME\\eve', '--data-bytes', '100');
    await qmc('publish', 'From afar', 'Sales');
    await qmc('set-property', app, 'Promote to=prod/Sales,Promote to=test/Sales,Approval=Approve', '--by', 'ACME\\bob');
    await qmc('set-property', app, 'Approval=', '--by', 'ACME\\bob');
    await qmc('edit', app, '--add-sheet', 'More');

    const state = await qmc('state');
    const shown = state.apps.find((candidate: Json) => candidate.id === app);
    expect(shown).toMatchObject({ name: 'From afar', published: true, owner: { userId: 'eve' } });
    expect(shown.customProperties.map((row: Json) => row.value)).toEqual(['prod/Sales', 'test/Sales']);
  });

  test('fails with the reason', async () => {
    await expect(qmc('publish', 'no such app', 'Sales')).rejects.toThrow("0 apps named 'no such app' on site dev");
  });

  test('runs as a program of its own', async () => {
    const program = path.join(import.meta.dirname, '..', '..', '..', 'sandbox', 'qmc.ts');
    const run = promisify(execFile)(process.execPath, [program, '--control', control.url, '--site', 'dev', 'events']);

    const { stdout } = await run;

    expect(JSON.parse(stdout)[0]).toMatchObject({ site: 'dev', action: 'add-user' });
  });
});

describe('a seed', () => {
  test('makes two sites alike', async () => {
    const ids = async (): Promise<string> => {
      await using site = await startTestSite({ seed: 42 });
      site.actAs.createApp({ name: 'Same', owner: 'ACME\\ann' });
      const all = site.apps().flatMap((app) => [app.id, ...site.objects(app.id).map((object) => object['id'])]);
      return createHash('sha256').update(all.join()).digest('hex');
    };

    expect(await ids()).toBe(await ids());
  });
});
