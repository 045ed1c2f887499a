import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../config/load.ts';
import { type RunningConsole, startConsole } from '../../console/server/start-console.ts';
import { type SandboxS3, startS3 } from '../../sandbox/s3/start-s3.ts';
import { followSettings } from '../../starter/live/follow-settings.ts';
import { historyText } from '../harness/histories.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorld, type WorkerWorld, type Yaml } from '../harness/world.ts';
import { addPeople, type Browser, type Shown } from './console-world.ts';
import { addPath, editPath, review, save, signIn } from './settings-world.ts';

const LITERAL = 'canary-literal-try-4';
const TYPED = 'canary-typed-try-5';

let world: WorkerWorld;
let s3: SandboxS3;
let s3Folder: string;
let file: string;
let served: RunningConsole;
let ada: Browser;
const closers = new AsyncDisposableStack();

beforeAll(async () => {
  s3Folder = await mkdtemp(path.join(tmpdir(), 'waybill-settings-s3-'));
  s3 = await startS3({ folder: s3Folder });
  await s3.createBucket('versions');
  let written: Yaml = {};
  world = await startWorld({
    targets: ['test', 'prod'],
    change(yaml, alias) {
      // It is there, and Waybill does not know of it yet.
      delete yaml['sites'][alias('prod')];
      delete yaml['targets'][alias('prod')];
      yaml['installation'].secret = LITERAL;
      yaml['configuration'] = { checkEvery: '100ms' };
      yaml['console'] = { port: 0 };
      yaml['mail'].ownerAddress = { pattern: '{user}@company.example' };
      written = yaml;
    },
  });
  file = path.join(world.folder, 'waybill.yaml');
  await writeFile(file, stringify(written));
  await addPeople(world.ledger);
  const settings = await loadSettings(file, {});
  const { ledger, logger } = world;
  served = await startConsole({ config: settings.config, configFile: file, ledger, logger });
  const parts = [
    {
      kind: 'worker' as const,
      takeOver: (config: Parameters<typeof world.worker.takeOver>[0]) => world.worker.takeOver(config),
    },
    {
      kind: 'console' as const,
      takeOver: async (config: Parameters<typeof served.takeOver>[0]) => served.takeOver(config),
    },
  ];
  followSettings({ name: 'up', settings, parts, ledger: Promise.resolve(ledger), environment: {}, logger, closers });
  ada = await signIn(served.url, 'ada');
}, 900_000);
afterAll(async () => {
  await closers.disposeAsync();
  await served?.close();
  await world?.close();
  await s3?.close();
  await rm(s3Folder, { recursive: true, force: true });
});

/** Types into a form and has it tried; nothing is to be saved by that. */
async function tried(page: string, typed: Readonly<Record<string, string>>): Promise<Shown> {
  const before = await readFile(file, 'utf8');
  const shown = await review(ada, page, typed, '/settings/try');
  expect(await readFile(file, 'utf8')).toBe(before);
  return shown;
}

describe('a connection', () => {
  it('is tested with what stands in the form, by a worker of the site', async () => {
    const shown = await tried(editPath('sites', world.alias('test')), {});

    expect(shown.text).toContain('It works');
    expect(shown.text).toMatch(/It lets INTERNAL\\sa_api in/);
  });

  it('is tested of a site that is not saved yet', async () => {
    const { host, port, certificatesFolder } = world.site('prod');
    const typed = { 'v:hosts': host, 'v:port': String(port), 'v:certificates': certificatesFolder };

    expect((await tried(addPath('sites'), { name: 'later', ...typed })).text).toContain('It works');
    const wrong = await tried(addPath('sites'), { name: 'later', ...typed, 'v:port': '1' });

    expect(wrong.text).toContain('It does not work yet');
    expect(wrong.text).toContain('firewall');
    expect(wrong.text).toContain('name="v:port" value="1"');
  });

  it('says what is wrong with a password of the key', async () => {
    const shown = await tried(editPath('sites', world.alias('test')), {
      'ref:certificatePassword': '${env:NOT_THERE}',
    });

    expect(shown.text).toContain('NOT_THERE');
  });
});

describe('a test mail', () => {
  it('arrives at whoever is signed in, or at the address that was typed', async () => {
    const shown = await tried(editPath('mail'), {});
    expect(shown.text).toContain('It works');
    expect(shown.text).toContain('taken for ada@company.example');
    await world.inbox.waitFor(({ to }) => to.join(',').includes('ada@company.example'));

    await tried(editPath('mail'), { to: 'somebody@company.example' });

    await world.inbox.waitFor(({ to }) => to.join(',').includes('somebody@company.example'));
  });

  it('that cannot be sent says why, and what to do', async () => {
    const shown = await tried(editPath('mail'), { 'v:port': '1' });

    expect(shown.text).toContain('It does not work yet');
    expect(shown.text).toContain('connection');
  });

  it('takes a secret that was just typed by its file', async () => {
    const shown = await tried(editPath('mail'), {
      'has:login': 'yes',
      'v:login/user': 'waybill',
      'new:login/password': TYPED,
    });

    expect(shown.text).toContain('It does not work yet');
    expect(shown.text).not.toContain('cannot be read');
    expect(shown.text).toContain('A new secret was typed. It is not saved yet.');
  });
});

describe('a bucket', () => {
  const store = (): Record<string, string> => ({
    'v:mode': 'always',
    'v:bucket': 'versions',
    'v:endpoint': s3.endpoint,
    'v:pathStyle': 'true',
    'has:credentials': 'yes',
    'v:credentials/accessKeyId': s3.accessKeyId,
    'new:credentials/secretAccessKey': s3.secretAccessKey,
  });

  it('is written to, and nothing of it stays', async () => {
    const shown = await tried(editPath('versioning'), store());

    expect(/<section class="sheet tried"[^]*?<\/section>/.exec(shown.text)?.[0]).toContain(
      'A test upload was written and deleted again',
    );
    const client = s3.client();
    const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions' }));
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'versions' }));
    client.destroy();
    expect([...(Versions ?? []), ...(DeleteMarkers ?? []), ...(Uploads ?? [])]).toEqual([]);
  });

  it('says so when the key is wrong, or when it is not there', async () => {
    const wrongKey = await tried(editPath('versioning'), {
      ...store(),
      'new:credentials/secretAccessKey': 'wrong-secret-key-6',
    });
    expect(wrongKey.text).toContain('It does not work yet');
    expect(wrongKey.text).toContain('versioning.credentials');

    const noBucket = await tried(editPath('versioning'), { ...store(), 'v:bucket': 'nowhere' });
    expect(noBucket.text).toContain('nowhere');
    expect(noBucket.text).toContain('It does not work yet');
  });
});

describe('what is saved', () => {
  it('is taken over by a running process, and the page says so and what needs a restart', async () => {
    await save(ada, editPath('mail'), { 'v:operators': 'night@company.example' });
    await save(ada, editPath('logging'), { 'v:level': 'debug' });

    await waitFor('the process to have taken it over', async () =>
      (await ada.open('/settings')).text.includes('logging.level needs a restart'),
    );
    const taken = world.logger.lines.filter(({ msg }) => msg === 'Changed settings were taken over');
    expect(taken.map(({ changed }) => changed)).toContainEqual(['mail.operators']);
    expect((await ada.open('/settings')).text).toContain('all is taken over, but for');
  });
});

describe('no worker', () => {
  it('is told in words', async () => {
    const { config } = await loadSettings(file, {});
    const lonely = { ...config, temporal: { ...config.temporal, taskQueue: 'nobody-polls-this' } };
    const { ledger, logger } = world;
    const alone = await startConsole({ config: lonely, configFile: file, ledger, logger });
    const browser = await signIn(alone.url, 'ada');

    const shown = await review(browser, editPath('mail'), {}, '/settings/try');

    await alone.close();
    expect(shown.text).toContain('nobody polls the task queue nobody-polls-this');
    expect(shown.text).toContain('Start waybill worker or waybill up');
  });
});

describe('a secret', () => {
  it('of the file, or typed for a test, is in nothing that Temporal stores, and in no line of the log', async () => {
    const query = `WorkflowType = "tryOut" and TaskQueue = "${world.config.temporal.taskQueue}"`;
    const texts: string[] = [];
    for await (const { workflowId, runId } of world.temporal.client.workflow.list({ query }))
      texts.push(await historyText(world.temporal.client, workflowId, runId));

    expect(texts.length).toBeGreaterThan(6);
    const all = [
      ...texts,
      JSON.stringify(world.logger.lines),
      JSON.stringify(await world.ledger.listAudit({ limit: 500 })),
    ];
    for (const secret of [LITERAL, TYPED, s3.secretAccessKey, 'wrong-secret-key-6'])
      expect(all.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('is not told by the audit trail, which names what was tried and how it ended', async () => {
    const entries = await world.ledger.listAudit({ kinds: ['settings'], order: 'oldest' });

    expect(entries.map(({ type, facts }) => ({ type, ...(facts as object) }))).toContainEqual(
      expect.objectContaining({ type: 'settings-tried', settings: ['mail'], outcome: 'it works' }),
    );
  });
});
