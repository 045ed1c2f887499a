import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword, isPassword } from '../../../console/sign-in/password.ts';
import { osAccount } from '../../../config/os-account.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import type { LinkReport } from '../../../starter/cli/console-link-command.ts';
import { main } from '../../../starter/cli/main.ts';
import { consoleLine, reportText } from '../../../starter/cli/start-up-report.ts';
import { addDemoPeople } from '../../../starter/demo/demo-people.ts';
import { smallest } from '../../config/write-config.ts';

let folder: string;
let ledger: Ledger;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-link-'));
  await writeFile(path.join(folder, 'waybill.yaml'), smallest);
  ledger = await openLedger({ kind: 'sqlite', file: path.join(folder, 'data', 'ledger.sqlite') });
});
afterAll(async () => {
  await ledger?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});
afterEach(() => {
  process.exitCode = undefined;
});

async function run(...args: string[]) {
  const output = { stdout: '', stderr: '' };
  await main(
    ['console', 'link', '--config', path.join(folder, 'waybill.yaml'), ...args],
    {},
    {
      writeOut: (text) => (output.stdout += text),
      writeErr: (text) => (output.stderr += text),
    },
  );
  return { exitCode: process.exitCode ?? 0, ...output };
}

describe('waybill console link', () => {
  it('makes a link for the first administrator, each of which ends the one before', async () => {
    const first = JSON.parse((await run('--json')).stdout) as LinkReport;
    expect(first).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:5080\/set-up\?link=[\w-]{43}$/) as string,
      expiresAtUtc: expect.any(String) as string,
      for: null,
    });

    const { exitCode, stdout } = await run();

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /Whoever opens it first becomes administrator\. It works once, until \d{4}-\d\d-\d\d \d\d:\d\d\./,
    );
    expect(stdout).not.toContain(first.url);
  });

  it('makes none where somebody administers, but one for him who forgot his password', async () => {
    const roles = { admin: true, operator: false, approves: [] };
    const account = String.raw`COMPANY\ada`;
    const passwordHash = await hashPassword('correct horse battery');
    await ledger.addPerson({
      name: 'ada',
      kind: 'local',
      displayName: 'Ada',
      account,
      roles,
      groups: [],
      passwordHash,
    });

    expect(await run()).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        'There is no need for a set-up link: ada can sign in as administrator.',
      ) as string,
    });
    process.exitCode = undefined;
    expect(await run('--for', 'Ada')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/\/choose-password\?link=[\w-]{43}\n/) as string,
    });
    expect(await run('--for', 'nobody')).toMatchObject({ exitCode: 3 });

    const noted = await ledger.listAudit({ types: ['link-made'] });
    expect(noted[0]).toMatchObject({ account: osAccount(), door: 'cli', asserted: true, facts: { person: 'Ada' } });
    expect(noted).toHaveLength(3);
    expect(JSON.stringify(noted)).not.toContain('link=');
  });
});

describe('the report of a console that starts', () => {
  it('shows the link only where nobody administers', () => {
    const url = 'http://127.0.0.1:5080';
    const setUpLink = { url: `${url}/set-up?link=x` };

    expect(reportText('It runs.', [consoleLine({ url })], 'End.')).not.toContain('administrator');
    expect(reportText('It runs.', [consoleLine({ url, setUpLink })], 'End.')).toContain(setUpLink.url);
  });
});

describe('the demo', () => {
  it('adds an approver and an administrator with passwords of their own', async () => {
    const file = path.join(folder, 'demo.sqlite');

    const people = await addDemoPeople(file);

    const demo = await openLedger({ kind: 'sqlite', file });
    expect(people.map(({ name }) => name)).toEqual(['bert', 'ada']);
    for (const { name, password } of people) {
      const person = await demo.findPerson(name);
      expect(await isPassword(password, person?.passwordHash)).toBe(true);
    }
    expect(await demo.findPerson('bert')).toMatchObject({
      account: String.raw`COMPANY\bert`,
      roles: { admin: false, operator: false, approves: ['Sales'] },
    });
    await demo.close();
  });
});
