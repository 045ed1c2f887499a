import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { endAll, oldNode, waybill, waybillOnce, type WaybillProcess } from '../starter/waybill-process.ts';
import { ACCEPT_5, type FakeBroker, puback, startFakeBroker } from './fake-broker.ts';
import { ENV, event, settingsYaml, sign, TENANT, type Yaml } from './make-gateway.ts';

/** Far beyond what ending takes, and far below the minutes of a process that something holds. */
const SECONDS_MS = 15_000;

let folder: string;
let file: string;
let broker: FakeBroker;
let connections: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-gateway-command-'));
  file = path.join(folder, 'gateway.yaml');
  connections = 0;
  broker = await startFakeBroker({
    onConnect: () => {
      connections += 1;
      return ACCEPT_5;
    },
    onPublish: (_, id) => puback(id),
  });
});
afterEach(async () => {
  endAll();
  broker.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `waybill gateway` as people do. */
async function run(change: (yaml: Yaml) => void = () => undefined, node?: string): Promise<WaybillProcess> {
  const yaml = settingsYaml((settings) => {
    settings['listen'] = { port: 0 };
    settings['broker'] = { url: broker.url, reconnectEvery: 50 };
    change(settings);
  });
  await writeFile(file, yaml);
  return waybill(['gateway', '--settings', file], { env: ENV, ...(node !== undefined && { node }) });
}

async function startWith(node?: string, change?: (yaml: Yaml) => void): Promise<WaybillProcess> {
  const gateway = await run(change, node);
  await gateway.says('listens on http');
  await waitFor('the broker to be connected', () => gateway.stdout().includes('connected to the broker'));
  return gateway;
}

/** The exit code; throws where it takes longer than seconds. */
function endOf(gateway: WaybillProcess): Promise<number | null> {
  const { child } = gateway;
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return waitFor('the process to end', isOver, SECONDS_MS).then(() => child.exitCode);
}

function urlOf(gateway: WaybillProcess): string {
  return /listens on (http:\/\/[^/]+)/.exec(gateway.stdout())?.[1] ?? '';
}

/** Whether nobody listens there any more. */
function isClosed(gateway: WaybillProcess): Promise<boolean> {
  return fetch(`${urlOf(gateway)}/health`).then(
    () => false,
    () => true,
  );
}

describe.each([
  ['this Node', process.execPath],
  // Skipped where no Node along PATH is older than 24: nothing hands over there.
  ['a Node that is too old, which hands over', oldNode()],
])('waybill gateway, run with %s', (_, node) => {
  it.skipIf(node === undefined || process.platform === 'win32').each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 within seconds on %s',
    async (signal) => {
      const gateway = await startWith(node);
      gateway.child.kill(signal);

      expect(await endOf(gateway)).toBe(0);
    },
  );

  it.skipIf(node === undefined || process.platform === 'win32')(
    'answers a running request first, also where one Ctrl-C arrives twice',
    async () => {
      const gateway = await startWith(node);
      const answered = Promise.withResolvers<number | undefined>();
      const headers = { 'qlik-signature': sign(event()), expect: '100-continue' };
      const post = request(`${urlOf(gateway)}/events/${TENANT}`, { method: 'POST', headers });
      post.on('response', (response) => answered.resolve(response.resume().statusCode)).on('error', answered.reject);
      post.flushHeaders();
      // Asked to go on, the request is known to be running.
      await new Promise((resolve) => post.once('continue', resolve));

      for (let nth = 0; nth < 2; nth += 1) gateway.child.kill('SIGINT');
      await waitFor('the port to be closed', () => isClosed(gateway), SECONDS_MS);
      post.end(event());

      expect(await answered.promise).toBe(200);
      expect(await endOf(gateway)).toBe(0);
    },
  );
});

it.skipIf(process.platform === 'win32' || oldNode() === undefined)(
  'ends when the launcher was killed, so that its port and its client id are free for the next',
  async () => {
    const gateway = await startWith(oldNode());
    gateway.child.kill('SIGKILL');

    await waitFor('the port to be free', () => isClosed(gateway), SECONDS_MS);
  },
);

it('ends at once where its port is taken, names the setting, and leaves the other gateway its broker and spool', async () => {
  const spool = path.join(folder, 'spool');
  const withSpool = (yaml: Yaml): void => void (yaml['spool'] = { folder: spool });
  const first = await startWith(process.execPath, withSpool);
  const draft = path.join(spool, '0000000000000001.event.part');
  await writeFile(draft, 'what the first one is writing');
  const port = Number(new URL(urlOf(first)).port);
  const second = await run((yaml) => {
    withSpool(yaml);
    yaml['listen'] = { port };
  });

  expect(await endOf(second)).toBe(1);
  await second.ended;
  expect(second.stderr()).toContain('WAYBILL_GATEWAY_CANNOT_LISTEN');
  expect(second.stderr()).toContain(`127.0.0.1:${port}: another program listens there`);
  expect(second.stderr()).toContain('listen.port');
  expect(connections).toBe(1);
  expect(await readFile(draft, 'utf8')).toBe('what the first one is writing');
});

it('ends where the folder of its spool cannot be used, and names the setting', async () => {
  const taken = path.join(folder, 'no-folder');
  await writeFile(taken, '');
  const gateway = await run((yaml) => (yaml['spool'] = { folder: taken }));

  expect(await endOf(gateway)).toBe(1);
  await gateway.ended;
  expect(gateway.stderr()).toContain('WAYBILL_GATEWAY_SPOOL_UNUSABLE');
  expect(gateway.stderr()).toContain(`${taken}: EEXIST`);
  expect(gateway.stderr()).toContain('spool.folder');
  expect(connections).toBe(0);
});

it('leads from wrong settings to the page that describes them, and not to that of waybill.yaml', async () => {
  const gateway = await run((yaml) => {
    yaml['listen'] = { port: 99_999 };
    yaml['odd'] = 1;
  });

  expect(await endOf(gateway)).toBe(2);
  await gateway.ended;
  expect(gateway.stderr()).toMatch(/have 2 problem\(s\):\n {2}.*listen\.port/);
  expect(gateway.stderr()).toContain('Code: WAYBILL_GATEWAY_SETTINGS_INVALID');
  expect(gateway.stderr()).toContain('docs/reference/gateway.md');
  expect(gateway.stderr()).not.toMatch(/config check|configuration\.md/);
});

it('says that the file of its settings is not there', async () => {
  const absent = path.join(folder, 'absent.yaml');
  const { exitCode, stderr } = await waybillOnce(['gateway', '--settings', absent]);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(`${absent} cannot be read: it does not exist`);
  expect(stderr).toMatch(/WAYBILL_GATEWAY_SETTINGS_UNREADABLE[^]*docs\/reference\/gateway\.md/);
});
