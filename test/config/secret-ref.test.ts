import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { smallest, temporaryFolder, writeConfig } from './write-config.ts';

const mail = (password: string): string => `${smallest}mail: { login: { user: u, password: "${password}" } }\n`;

it('prints masked, whichever way it is printed', async () => {
  const config = await loadConfig(writeConfig(mail('hunter2-canary')), {});

  const printed = [
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: false }),
    ['', config.mail.login?.password].join(''),
  ];

  expect(printed.join('\n')).not.toContain('hunter2-canary');
  expect(printed[2]).toBe('********');
  expect(config.mail.login?.password.describe()).toBe('(written in the configuration)');
  expect(await config.mail.login?.password.resolve()).toBe('hunter2-canary');
});

it('is read when it is used, not before', async () => {
  const folder = temporaryFolder();
  const env: NodeJS.ProcessEnv = {};
  const byFile = await loadConfig(writeConfig(mail('${file:secrets/smtp}'), folder), env);
  const byVariable = await loadConfig(writeConfig(mail('${env:SMTP}')), env);
  mkdirSync(path.join(folder, 'secrets'));
  writeFileSync(path.join(folder, 'secrets', 'smtp'), 'from file\r\n');
  env['SMTP'] = 'from variable';

  expect(await byFile.mail.login?.password.resolve()).toBe('from file');
  expect(await byVariable.mail.login?.password.resolve()).toBe('from variable');
  expect(byVariable.mail.login?.password.describe()).toBe('${env:SMTP}');
});

it('is read without the mark and line end that PowerShell puts into a file', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'smtp'), Buffer.from('\uFEFFpässword\r\n', 'utf16le'));
  const config = await loadConfig(writeConfig(mail('${file:smtp}'), folder), {});

  expect(await config.mail.login?.password.resolve()).toBe('pässword');
});

it('names its source, and nothing else, when it is not there', async () => {
  const config = await loadConfig(writeConfig(mail('pre-${env:SMTP}')), {});

  await expect(config.mail.login?.password.resolve()).rejects.toMatchObject({
    code: 'WAYBILL_CONFIG_SECRET_MISSING',
    message: 'The secret ${env:SMTP} cannot be read: the environment variable SMTP is not set.',
  });
  expect(config.mail.login?.password.describe()).toBe('(text with ${env:SMTP})');
});

it('does not show a secret that stands where it cannot be read', async () => {
  const error = await loadConfig(writeConfig(`${smallest}mail: { login: hunter2-canary }`), {}).catch(
    (thrown: unknown) => inspect(thrown),
  );

  expect(error).toContain('mail.login: found text');
  expect(error).not.toContain('hunter2-canary');
});

it('makes the secret of the installation once, for every process that asks', async () => {
  const folder = temporaryFolder();
  const file = writeConfig(smallest, folder);
  const configs = await Promise.all(Array.from({ length: 8 }, () => loadConfig(file, {})));

  const secrets = await Promise.all(configs.map((config) => config.installation.secret.resolve()));

  const kept = path.join(folder, 'data', 'installation-secret');
  expect(new Set(secrets)).toEqual(new Set([readFileSync(kept, 'utf8')]));
  expect(secrets[0]).toMatch(/^[\w-]{43}$/);
  if (process.platform !== 'win32') expect(statSync(kept).mode & 0o777).toBe(0o600);
});

it('keeps the secret of the installation that somebody set', async () => {
  const config = await loadConfig(writeConfig(`${smallest}installation: { secret: "\${env:S}" }`), { S: 'mine' });

  expect(await config.installation.secret.resolve()).toBe('mine');
});
