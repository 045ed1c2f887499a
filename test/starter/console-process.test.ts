import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Browser, PASSWORD } from '../console/console-world.ts';
import { smallest } from '../config/write-config.ts';
import { endAll, freePorts, waybill } from './waybill-process.ts';

let folder: string;
let file: string;
let url: string;
beforeAll(async () => {
  const [port] = await freePorts(1);
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-console-process-'));
  file = path.join(folder, 'waybill.yaml');
  url = `http://127.0.0.1:${port}`;
  await writeFile(file, `${smallest}console: { port: ${port} }\nlogging: { file: waybill.log, level: trace }\n`);
});
afterEach(() => endAll());
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

async function logs(): Promise<string> {
  const data = path.join(folder, 'data');
  const files = (await readdir(data)).filter((name) => name.endsWith('.log'));
  return (await Promise.all(files.map((name) => readFile(path.join(data, name), 'utf8')))).join('\n');
}

describe('waybill console', () => {
  it('prints a link that makes the first administrator, on the terminal alone, and none once there is one', async () => {
    const first = waybill(['console', '--config', file]);
    await first.says('The console is running.');
    const link = /http:\S+\/set-up\?link=([\w-]{43})/.exec(first.stdout());
    const token = link?.[1] ?? '';
    expect(link?.[0]).toBe(`${url}/set-up?link=${token}`);

    const browser = new Browser(url);
    await browser.open(`/set-up?link=${token}`);
    const person = { name: 'ada', displayName: 'Ada', account: String.raw`COMPANY\ada` };
    const after = await browser.send('/set-up', { ...person, link: token, password: PASSWORD, again: PASSWORD });
    expect(after).toMatchObject({ status: 200, path: '/' });
    expect(await first.stop('SIGINT')).toBe(0);
    const text = await logs();
    expect(text).toContain('The console can be opened');
    expect(text).not.toContain(token);
    expect(text).not.toContain(PASSWORD);

    const second = waybill(['console', '--config', file]);
    await second.says('The console is running.');
    expect(second.stdout()).not.toContain('set-up');
    expect(await second.stop('SIGINT')).toBe(0);
  });
});
