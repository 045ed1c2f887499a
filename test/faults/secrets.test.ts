import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callbackToken } from '../../common/callback-url.ts';
import { prettyLine } from '../../common/pretty-line.ts';
import { type Inbox, startInbox } from '../../sandbox/inbox/start-inbox.ts';
import { type SandboxS3, startS3 } from '../../sandbox/s3/start-s3.ts';
import { promoted, send, type SentApp } from '../effects/effects.ts';
import { historyText } from '../harness/histories.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type WorkerWorld, type Yaml } from '../harness/world.ts';
import { type CliWorld, startCliWorld } from '../starter/cli/cli-world.ts';
import { checkRun } from './checker/check-run.ts';
import { settledFacts } from './settled-facts.ts';

const canaries = {
  installation: 'canary-installation-secret-7f3a',
  mail: 'canary mail\'password"& 9c1e',
  certificate: 'canary-certificate-password-2d4b',
  store: 'canaryStoreSecretKey5e8f00000000000000000',
  session: 'canary-session-token-6a7b',
  ledger: 'canary-ledger-password-8b9d',
  encryption: 'canary-encryption-key-1f2e-0123456789abcdef',
  temporal: 'canary-temporal-api-key-3c4d',
} as const;

/** As they are, as JSON and URLs write them, and as base64 hides them. */
const traces: readonly string[] = Object.values(canaries).flatMap((text) => [
  text,
  JSON.stringify(text).slice(1, -1),
  encodeURIComponent(text),
  Buffer.from(text).toString('base64').replace(/=+$/, ''),
]);

/** Where one of these texts shows. */
function showsIn(places: Readonly<Record<string, string>>, texts: readonly string[]): string[] {
  return Object.entries(places).flatMap(([place, text]) =>
    texts.filter((one) => text.includes(one)).map((one) => `${one} in ${place}`),
  );
}

describe('row 24: secrets of the configuration', () => {
  let folder: string;
  let s3: SandboxS3;
  let inbox: Inbox;
  let cli: CliWorld;
  let world: WorkerWorld;
  let token: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-secrets-'));
    s3 = await startS3({ folder });
    await s3.createBucket('versions');
    inbox = await startInbox({ tls: 'none', users: [{ name: 'waybill', password: canaries.mail }] });
    cli = await startCliWorld({ targets: ['test'], change: plant });
    world = cli.world;
    token = callbackToken(canaries.installation, world.alias('dev'));
  }, 900_000);

  afterAll(async () => {
    await world?.close();
    await s3?.close();
    await inbox?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function plant(yaml: Yaml, alias: (name: string) => string): void {
    yaml['staging'] = { sweepAfter: '0s' };
    yaml['installation'].secret = canaries.installation;
    Object.assign(yaml['mail'], { host: inbox.host, port: inbox.port });
    yaml['mail'].login = { user: 'waybill', password: canaries.mail };
    yaml['sources'][alias('dev')].watch = 'callback';
    yaml['sources'][alias('dev')].renewSubscriptions = '300ms';
    yaml['sites'][alias('test')].certificatePassword = canaries.certificate;
    const { endpoint, region, accessKeyId } = s3;
    // The store refuses this key, in its own words.
    const credentials = { accessKeyId, secretAccessKey: canaries.store };
    yaml['versioning'] = {
      mode: 'always',
      required: false,
      bucket: 'versions',
      endpoint,
      region,
      pathStyle: true,
      credentials,
    };
    yaml['logging'] = { level: 'trace' };
  }

  it('are in no log, history, mail, record or file, whatever goes wrong on the way', async () => {
    await lockKey(world.site('test').certificates.clientKey);
    const { faults } = world.site('dev');
    quoteSubscriptions();
    const broken = world.site('test').faults.add({ effect: { type: 'html', status: 403 }, path: '/upload', times: 1 });
    const app = send(world, 'With secrets', { test: 'Duplicate' }, { unpublish: false });
    await waitFor('the end', async () => (await world.ledger.listPromotions({ open: false })).length === 1, 90_000);
    await promoted(world, app);
    expect(world.site('test').faults.struck(broken)).toBe(1);
    await waitFor('a subscription to be refused', () => faults.all().some(({ struck }) => struck > 0));
    faults.clear();

    expect(showsIn(await everythingWritten(app), [...traces, token, 'BEGIN PRIVATE KEY'])).toEqual([]);
    // The sweep would stop at the store, which refuses the planted key.
    expect(checkRun(await settledFacts({ ...world, inbox })).map(({ text }) => text)).toEqual([]);
  }, 180_000);

  it('are in nothing that a command prints, not even one that fails', async () => {
    const { promotionKey } = (await world.ledger.listPromotions({}))[0]!;
    const printed: Record<string, string> = {};
    const run = async (...args: string[]): Promise<void> => {
      const { output, errors } = await cli.run(...args);
      printed[args.join(' ')] = output + errors;
    };
    await run('config', 'print');
    await run('config', 'print', '--json');
    await run('config', 'check');
    await run('list');
    await run('list', '--json');
    await run('show', promotionKey);
    await run('show', promotionKey, '--json');
    await cli.configure((yaml) => {
      yaml['ledger'] = { kind: 'postgres', url: `postgres://waybill:${canaries.ledger}@127.0.0.1:1/waybill` };
      yaml['temporal'].encryption = { key: canaries.encryption };
      yaml['temporal'].apiKey = canaries.temporal;
      yaml['versioning'].credentials.sessionToken = canaries.session;
    });
    await run('config', 'print');
    await run('config', 'print', '--json');
    await run('list');
    await run('list', '--debug');

    expect(printed['list --debug']).toContain('WAYBILL_LEDGER');
    expect(Object.values(printed).filter((text) => text.trim() === '')).toEqual([]);
    expect(showsIn(printed, traces)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('and apps are for the eyes of their own account alone', async () => {
    const { config } = world;
    const owned = [config.artifacts.folder, path.dirname(config.ledger.file)];
    const open: string[] = [];
    for (const one of owned) {
      for (const file of await filesBelow(one)) {
        const { mode } = await stat(file);
        if ((mode & 0o077) !== 0) open.push(`${(mode & 0o777).toString(8)} ${path.relative(one, file)}`);
      }
    }

    expect(open).toEqual([]);
  });

  /** The site refuses a subscription and quotes the address, with the token of the listener. */
  function quoteSubscriptions(): void {
    const url = `${world.config.listener.publicUrl}/notify/${world.alias('dev')}/${token}/update`;
    const text = `The address ${url} is not allowed`;
    world.site('dev').faults.add({ effect: { type: 'status', status: 400, text }, path: '/notification', times: 0 });
  }

  /** Protects Waybill's key of the target with the canary. */
  async function lockKey(file: string): Promise<void> {
    const key = createPrivateKey(await readFile(file));
    const cipher = 'aes-256-cbc';
    await writeFile(file, key.export({ type: 'pkcs8', format: 'pem', cipher, passphrase: canaries.certificate }));
  }

  /** Everything that Waybill left behind, as text. */
  async function everythingWritten(app: SentApp): Promise<Record<string, string>> {
    const places: Record<string, string> = {
      'the log': world.logger.lines.map((line) => JSON.stringify(line)).join('\n'),
      'the readable log': world.logger.lines.map((line) => prettyLine(JSON.stringify(line))).join(''),
      'the mails': inbox
        .messages()
        .map(({ raw = '', text, html }) => `${raw}\n${text}\n${html}`)
        .join('\n'),
    };
    const query = `TaskQueue = "${world.config.temporal.taskQueue}"`;
    for await (const { workflowId, runId } of world.temporal.client.workflow.list({ query })) {
      const handle = world.temporal.client.workflow.getHandle(workflowId, runId);
      const { raw } = await handle.describe();
      places[`the history of ${workflowId}`] = await historyText(world.temporal.client, workflowId, runId);
      places[`what ${workflowId} is doing`] = `${Buffer.from(JSON.stringify(raw)).toString('latin1')} ${payloads(raw)}`;
    }
    for (const file of await filesBelow(world.config.dataFolder)) places[file] = await textOf(file);
    expect(Object.keys(places).filter((place) => /ledger/.test(place))).not.toEqual([]);
    expect(places['the log']).toContain(app.id);
    return places;
  }
});

/** The payloads of failures and heartbeats of running activities, which are bytes. */
function payloads(raw: { pendingActivities?: readonly object[] | null }): string {
  return (raw.pendingActivities ?? []).map((activity) => textsIn(activity).join(' ')).join(' ');
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Empty for a folder, and for what was gone before it could be read, as a temporary file is. */
async function textOf(file: string): Promise<string> {
  return readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return '';
    throw error;
  });
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  return [folder, ...found.map((name) => path.join(folder, name))];
}
