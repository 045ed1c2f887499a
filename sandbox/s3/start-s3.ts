import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { ensureCertificates } from '../qrs/certificates.ts';
import { defaultCacheFolder, findVersitygw } from './find-versitygw.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

const START_TIMEOUT_MS = 20_000;

export interface S3Options {
  /** Holds buckets, versions, keys and certificate; they are kept across starts. */
  folder: string;
  port?: number;
  /** Serve HTTPS with a certificate of `caPem`; default plain HTTP. */
  tls?: boolean;
  /** Where the server program is looked for and built. */
  cacheFolder?: string;
  report?: (line: string) => void;
}

export interface SandboxS3 {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Empty without TLS. */
  caPem: string;
  /** A client of it (path style); the caller destroys it. */
  client(): S3Client;
  /** Makes a bucket; one that is already there is fine. Versioned unless asked otherwise. */
  createBucket(name: string, options?: { isVersioned?: boolean }): Promise<void>;
  close(): Promise<void>;
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A real S3 server with versioning (versitygw) on loopback. It ends with `close()` or with this process. */
export async function startS3(options: S3Options): Promise<SandboxS3> {
  const program = await findVersitygw(options.cacheFolder ?? defaultCacheFolder(), options.report ?? (() => undefined));
  for (const name of ['buckets', 'versions']) await mkdir(path.join(options.folder, name), { recursive: true });
  const keys = await keysOf(options.folder);
  const tls = options.tls
    ? await ensureCertificates({ folder: certificates(options), hostNames: hostNames() })
    : undefined;
  const port = options.port || (await freePort());
  const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const common = [
    '--port',
    `127.0.0.1:${port}`,
    '--quiet',
    '--access',
    keys.accessKeyId,
    '--secret',
    keys.secretAccessKey,
  ];
  const secured = tls === undefined ? [] : ['--cert', tls.server, '--key', tls.serverKey];
  const server = await startWithMetadata(options.folder, endpoint, (storage) =>
    startServerProcess(program, [...common, ...secured, 'posix', ...storage]),
  );
  return describe(server, endpoint, keys, tls === undefined ? '' : await readFile(tls.root, 'utf8'));
}

/** Metadata lives in extended attributes, or beside the files where the file system has none. */
async function startWithMetadata(
  folder: string,
  endpoint: string,
  start: (storage: string[]) => ServerProcess,
): Promise<ServerProcess> {
  const sidecar = path.join(folder, 'sidecar');
  const storage = ['--versioning-dir', path.join(folder, 'versions')];
  const buckets = path.join(folder, 'buckets');
  if (process.platform !== 'win32' && !existsSync(sidecar)) {
    const server = start([...storage, buckets]);
    if (await isServing(server, endpoint)) return server;
    if (!/xattr/i.test(server.output())) throw notStarted(server);
  }
  await mkdir(sidecar, { recursive: true });
  const server = start([...storage, '--sidecar', sidecar, buckets]);
  if (await isServing(server, endpoint)) return server;
  throw notStarted(server);
}

async function isServing(server: ServerProcess, endpoint: string): Promise<boolean> {
  const state = { hasEnded: false };
  void server.ended.then(() => (state.hasEnded = true));
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !state.hasEnded; await sleep(20)) {
    if (await answers(endpoint)) return !state.hasEnded;
  }
  await server.stop();
  return false;
}

function answers(endpoint: string): Promise<boolean> {
  const request = endpoint.startsWith('https') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    request(endpoint, { rejectUnauthorized: false, agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(true);
    })
      .once('timeout', () => resolve(false))
      .once('error', () => resolve(false))
      .end();
  });
}

function describe(server: ServerProcess, endpoint: string, keys: Keys, caPem: string): SandboxS3 {
  const region = 'us-east-1';
  const config: S3ClientConfig = { endpoint, region, forcePathStyle: true, credentials: keys };
  const client = (): S3Client =>
    new S3Client(caPem === '' ? config : { ...config, requestHandler: { httpsAgent: new Agent({ ca: caPem }) } });
  return {
    endpoint,
    region,
    ...keys,
    caPem,
    client,
    createBucket: (name, { isVersioned = true } = {}) => createBucket(client(), name, isVersioned),
    close: () => server.stop(),
  };
}

async function createBucket(client: S3Client, name: string, isVersioned: boolean): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: name })).catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'BucketAlreadyOwnedByYou')) throw error;
    });
    if (!isVersioned) return;
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  } finally {
    client.destroy();
  }
}

async function keysOf(folder: string): Promise<Keys> {
  const file = path.join(folder, 'keys.json');
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as Keys;
  const keys = {
    accessKeyId: `SANDBOX${randomBytes(6).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

function certificates({ folder }: S3Options): string {
  return path.join(folder, 'certificates');
}

function hostNames(): string[] {
  return ['localhost', '127.0.0.1'];
}

function notStarted(server: ServerProcess): Error {
  return new Error(`The S3 server did not start: ${server.output() || 'it said nothing'}`);
}
