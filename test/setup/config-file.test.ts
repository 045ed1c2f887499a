import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import { configText, differingLines, type StandingConfig, writeConfig } from '../../setup/config-file.ts';
import type { Answers, SiteAnswer } from '../../setup/settings.ts';
import { temporaryFolder } from '../config/write-config.ts';

const folder = temporaryFolder();
const user = { directory: 'INTERNAL', id: 'sa_api' };
const site = (alias: string, more: Partial<SiteAnswer> = {}): SiteAnswer => ({
  alias,
  host: `qlik-${alias}.example`,
  port: 4242,
  certificates: path.join(folder, 'certificates', alias),
  user,
  ...more,
});
const answers: Answers = {
  source: site('dev'),
  targets: [site('test')],
  unpublish: 'always',
  approvers: 'anyone',
  ownerMayApprove: true,
  promoteOnReload: false,
};

const standing = (text: string): StandingConfig => ({ text, config: configFromYaml(text, folder, {}) });
const differences = (text: string, change: Partial<Answers>): string[] =>
  differingLines(text, configText(standing(text), { ...answers, ...change }, folder));

/** A configuration that somebody wrote by hand. */
const written = `# ours
sites:
  dev:
    hosts: [qlik-rim.example, QLIK-DEV.example] # two nodes
    certificates: certificates/dev
  test: { hosts: [qlik-test.example], certificates: certificates/test }
sources:
  dev:
    approval:
      approvers:
        users: ['COMPANY\\bert']
mail:
  enabled: true
  host: smtp.example
  from: waybill@example.com
targets:
  test: {}
`;

describe('the configuration of a set-up', () => {
  it('is made where none stands, with folders as they lie beside it', () => {
    const text = configText(undefined, answers, folder);

    expect(parse(text)).toEqual({
      sites: {
        dev: { hosts: ['qlik-dev.example'], certificates: 'certificates/dev' },
        test: { hosts: ['qlik-test.example'], certificates: 'certificates/test' },
      },
      sources: {
        dev: {
          watch: 'poll',
          afterPromotion: { unpublish: 'always' },
          approval: { approvers: 'anyone', ownerMayApprove: true },
        },
      },
      targets: { test: {} },
    });
    expect(configText(standing(text), answers, folder)).toBe(text);
  });

  it('says what differs from what is usual', () => {
    const odd = site('test', {
      port: 4343,
      certificates: path.resolve('/elsewhere/test'),
      certificatePassword: '${file:password.txt}',
      serverName: 'qlik.example',
      user: { directory: 'COMPANY', id: 'waybill' },
    });
    const text = configText(undefined, { ...answers, targets: [odd], promoteOnReload: true }, folder);

    expect(parse(text)).toMatchObject({
      sites: { test: { port: 4343, certificatePassword: '${file:password.txt}', serverName: 'qlik.example' } },
      sources: { dev: { promoteOnReload: { enabled: true } } },
    });
    expect(configFromYaml(text, folder, {}).sites['test']).toMatchObject({
      certificates: path.resolve('/elsewhere/test'),
      user: { directory: 'COMPANY', id: 'waybill' },
    });
  });

  it('leaves one that was written by hand as it is where nothing differs', () => {
    expect(differences(written, { approvers: { users: ['COMPANY\\bert'], groups: [] } })).toEqual([]);
  });

  it('changes only what differs, and keeps comments and all other settings', () => {
    const lines = differences(written, {
      approvers: { users: ['COMPANY\\bert'], groups: [] },
      unpublish: 'never',
      targets: [site('test'), site('prod')],
    });

    expect(lines.filter((line) => line.startsWith('-'))).toEqual([
      '-   test: { hosts: [qlik-test.example], certificates: certificates/test }',
    ]);
    expect(lines).toEqual(expect.arrayContaining(['+   prod:', '+       unpublish: never', '+   prod: {}']));
    expect(lines.join('\n')).not.toMatch(/mail|two nodes|ours/);
  });

  it('adds a target to a source that lists its targets', () => {
    const listing = written.replace('  dev:\n    approval', '  dev:\n    targets: [test]\n    approval');

    const text = configText(standing(listing), { ...answers, targets: [site('test'), site('prod')] }, folder);

    expect((parse(text) as { sources: { dev: unknown } }).sources.dev).toMatchObject({ targets: ['test', 'prod'] });
  });

  it('is not written over one that somebody changed in the meantime', async () => {
    const file = path.join(folder, 'changed.yaml');
    writeFileSync(file, 'sites: {}\n');

    await expect(writeConfig(file, 'other', 'ours')).rejects.toMatchObject({ code: 'WAYBILL_SETUP_NOT_WRITTEN' });
    await writeConfig(file, 'sites: {}\n', 'ours');
    await writeConfig(file, 'anything', 'ours');
  });
});
