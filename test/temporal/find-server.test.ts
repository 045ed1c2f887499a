import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type FindServerOptions, findServer } from '../../temporal/find-server.ts';
import { writeServerRecord } from '../../temporal/server-record.ts';

// The stand-ins are scripts, which Windows does not start without a shell.
const onPosix = describe.skipIf(process.platform === 'win32');

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-find-server-'));
  for (const name of ['path', 'cache']) await mkdir(at(name));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function programText(server = '1.29.1', cli = '1.5.1'): string {
  return `#!/bin/sh\necho "temporal version ${cli} (Server ${server}, UI 2.42.1)"\n`;
}

async function program(path: string, text = programText()): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

function find(options: Partial<FindServerOptions> = {}) {
  return findServer({
    databaseFile: at('temporal.sqlite'),
    cacheFolder: at('cache'),
    download: false,
    build: false,
    environment: { PATH: at('path') },
    ...options,
  });
}

async function recordOf(executable: string, serverVersion = '1.29.1'): Promise<void> {
  await writeServerRecord(at('temporal.sqlite'), { executable, cliVersion: '1.5.1', serverVersion });
}

/** A download site that offers what `archive` holds under the name `temporal`. */
async function downloadSite(archive: Buffer): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { port } = server.address() as AddressInfo;
    if (request.url?.startsWith('/cli/')) {
      const answer = { archiveUrl: `http://127.0.0.1:${port}/archive.tar.gz`, fileToExtract: 'temporal' };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    } else response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function tarOf(entries: readonly (readonly [string, string])[]): Buffer {
  const blocks = entries.flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    header.write('ustar\0', 257);
    return [header, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

onPosix('findServer', () => {
  it('takes the configured program and looks at no other', async () => {
    await program(at('path', 'temporal'));
    const executable = await program(at('mine'));

    expect(await find({ executable })).toMatchObject({ path: executable, source: 'configured' });
    await expect(find({ executable: at('missing') })).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_SERVER_NOT_FOUND',
      message: expect.stringContaining('temporal.devServer.executable') as string,
    });
  });

  it('prefers the recorded one to the PATH, and the PATH to the cache', async () => {
    const recorded = await program(at('recorded'));
    const onPath = await program(at('path', 'temporal'));
    const cached = await program(at('cache', 'temporal-1.5.1'));
    await recordOf(recorded);

    expect(await find()).toEqual({ path: recorded, source: 'recorded', cliVersion: '1.5.1', serverVersion: '1.29.1' });
    await rm(recorded);
    expect(await find()).toMatchObject({ path: onPath, source: 'path' });
    await rm(onPath);
    expect(await find()).toMatchObject({ path: cached, source: 'cache' });
  });

  it('prefers the cache to a download, and a download to a build', async () => {
    await program(
      at('path', 'go'),
      `#!/bin/sh\nprintf '%s' '${programText()}' > "$GOBIN/temporal"\nchmod +x "$GOBIN/temporal"\n`,
    );
    const site = await downloadSite(
      tarOf([
        ['LICENSE', 'words'.repeat(300)],
        ['temporal', programText()],
      ]),
    );
    const environment = { PATH: `${at('path')}:/bin:/usr/bin` };
    const lines: string[] = [];
    const fetching = { download: true, build: true, environment, onProgress: (line: string) => lines.push(line) };

    expect(await find({ ...fetching, downloadUrl: site.url })).toMatchObject({ source: 'download' });
    expect(site.asked[0]).toMatch(/^\/cli\/v1\.5\.1\?arch=(amd64|arm64)&platform=(linux|darwin)&format=tar\.gz$/);
    expect(await find({ ...fetching, downloadUrl: site.url })).toMatchObject({ source: 'cache' });
    await rm(at('cache', 'temporal-1.5.1'));
    expect(await find({ ...fetching, downloadUrl: 'http://127.0.0.1:1' })).toMatchObject({ source: 'build' });
    expect(await readdir(at('cache'))).toEqual(['temporal-1.5.1']);
    expect(lines).toContainEqual(expect.stringMatching(/^No download of Temporal: 127\.0\.0\.1:1 cannot be reached/));
    expect(lines).toContainEqual(expect.stringMatching(/^Building Temporal 1\.5\.1 with Go/));
  });

  it('names every way and why it failed', async () => {
    await program(at('cache', 'temporal-1.5.1'), '#!/bin/sh\nexit 3\n');

    const error = await find({ download: true, build: true, downloadUrl: 'http://127.0.0.1:1' }).catch(
      (e: unknown) => e,
    );

    expect(error).toMatchObject({ code: 'WAYBILL_TEMPORAL_SERVER_NOT_FOUND' });
    const { message } = error as Error;
    for (const part of [
      'none is recorded',
      'the PATH (there is none)',
      'the cache',
      'it cannot be run',
      '127.0.0.1:1 cannot be reached (',
      'Go is not on the PATH',
    ]) {
      expect(message).toContain(part);
    }
  });

  it('keeps nothing of a download that ends too early', async () => {
    const whole = tarOf([['temporal', programText().repeat(500)]]);
    const site = await downloadSite(whole.subarray(0, whole.length - 30));

    await expect(find({ download: true, downloadUrl: site.url })).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_SERVER_NOT_FOUND',
    });
    expect(await readdir(at('cache'))).toEqual([]);
  });

  it('passes over a program of another server version when the database file is there', async () => {
    await writeFile(at('temporal.sqlite'), '');
    await recordOf(at('gone'));
    await program(at('path', 'temporal'), programText('1.31.2', '1.8.2'));
    const cached = await program(at('cache', 'temporal-1.5.1'));

    expect(await find()).toMatchObject({ path: cached, source: 'cache' });
  });

  it('refuses a program of another server version and says what to do', async () => {
    await writeFile(at('temporal.sqlite'), '');
    await recordOf(at('gone'));
    const other = await program(at('path', 'temporal'), programText('1.31.2', '1.8.2'));

    for (const options of [{}, { executable: other }]) {
      const error = await find(options).catch((e: unknown) => e);
      expect(error).toMatchObject({
        code: 'WAYBILL_TEMPORAL_VERSION_MISMATCH',
        message: expect.stringContaining('written by Temporal server 1.29.1') as string,
        remedy: expect.stringContaining('temporal.sqlite.server.json') as string,
      });
    }
  });

  it('does not fetch a program that would be of the wrong version', async () => {
    await writeFile(at('temporal.sqlite'), '');
    await recordOf(at('gone'), '1.31.2');
    const site = await downloadSite(tarOf([['temporal', programText()]]));

    await expect(find({ download: true, build: true, downloadUrl: site.url })).rejects.toThrow('not 1.31.2');
    expect(site.asked).toEqual([]);
  });

  it('takes any version when the database file is gone, and an unreadable record for no answer', async () => {
    await recordOf(at('gone'), '1.31.2');
    await program(at('path', 'temporal'));
    expect(await find()).toMatchObject({ source: 'path' });

    await writeFile(at('temporal.sqlite'), '');
    await writeFile(at('temporal.sqlite.server.json'), '{');
    await expect(find()).rejects.toMatchObject({ code: 'WAYBILL_TEMPORAL_RECORD_UNREADABLE' });
  });

  it('can be stopped', async () => {
    await program(at('path', 'go'), '#!/bin/sh\nexec sleep 60\n');
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const environment = { PATH: `${at('path')}:/bin:/usr/bin` };

    await expect(find({ build: true, environment, onProgress, signal: stop.signal })).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_STOPPED',
    });
    expect(await readdir(at('cache'))).toEqual([]);
  });

  it('passes over a server that is too old for decisions', async () => {
    await program(at('path', 'temporal'), programText('1.22.0', '0.10.7'));

    await expect(find()).rejects.toThrow('older than 1.25.0');
  });
});
