import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Imported } from '../../../config/import/import-book.ts';
import { importReport } from '../../../config/import/import-report.ts';
import { importSeed, type SeedImport } from '../../../config/import/import-seed.ts';
import { importYaml } from '../../../config/import/import-yaml.ts';
import { readSeed, type SeedFolder } from '../../../config/import/read-seed.ts';
import { configFromYaml } from '../../../config/load.ts';
import type { Config } from '../../../config/types.ts';
import { temporaryFolder } from '../write-config.ts';
import { leavesOf, said, untold } from './import-told.ts';
import { canary, defaultSeed, fullSeed, minimalSeed, seedFiles, writeFolder } from './seed-files.ts';

const elsewhere = temporaryFolder();
const P = 'promote_on_custom_property_change';
const E = `${P}.email_config`;
const words = { program: 'the old program', command: 'waybill config import-seed', variables: 'V', outside: 'O' };

const yamlOf = (imported: Imported): string => importYaml(imported, words);
const configOf = ({ imported }: SeedImport): Config => configFromYaml(yamlOf(imported), elsewhere, {});
const read = (values: unknown): Promise<SeedFolder> => readSeed(writeFolder(seedFiles(values)));

const fullFolder = await read(fullSeed);
const full = importSeed(fullFolder);

/** The values of the full configuration with others at some keys; undefined takes the key out. */
function changedValues(others: Readonly<Record<string, unknown>>): unknown {
  const values: unknown = structuredClone(fullSeed);
  for (const [key, value] of Object.entries(others)) {
    const steps = key.split(/[.[\]]+/).filter((step) => step !== '');
    const last = steps.pop() ?? '';
    const group = steps.reduce<unknown>((one, step) => (one as Record<string, unknown> | undefined)?.[step], values);
    if (typeof group === 'object' && group !== null) (group as Record<string, unknown>)[last] = value;
  }
  return JSON.parse(JSON.stringify(values)) as unknown;
}

const changed = (others: Readonly<Record<string, unknown>>): SeedImport =>
  importSeed({ ...fullFolder, values: changedValues(others) });

describe('a configuration of the old program in use', () => {
  const { sites, sources, targets, ...config } = configOf(full);

  it('becomes a source on this machine and a site for each server', () => {
    expect(Object.keys(sites)).toEqual(['dev', 'test', 'prod']);
    expect(sites['dev']).toMatchObject({
      hosts: ['localhost'],
      serverName: 'qlik-dev.company.com',
      publicHost: 'qlik-dev.company.com',
      port: 4242,
      user: { directory: 'COMPANY', id: 'promoter' },
      certificates: path.join(fullFolder.path, 'Certificates', 'LocalServerCerts'),
    });
    expect(sites['test']).toMatchObject({
      hosts: ['qlik-test.company.com'],
      label: 'Test',
      user: { directory: 'COMPANY', id: 'promoter' },
      certificates: path.join(fullFolder.path, 'Certificates', 'test'),
    });
    expect(Object.keys(targets)).toEqual(['test', 'prod']);
    expect(said(full.imported, 'look')).toContainEqual(expect.stringMatching(/^installed_on_sense_server: localhost/));
    expect(said(full.imported, 'changed')).toContainEqual(
      expect.stringMatching(/^\S+remote_servers\[0\]\.server_alias: An alias has small letters/),
    );
  });

  it('tells which certificates are missing', () => {
    expect(said(full.imported, 'look')).toContainEqual(expect.stringMatching(/^Certificates\/test: root\.pem is not/));
    expect(said(full.imported, 'look')).toContainEqual(
      expect.stringMatching(/^Certificates\/prod: This folder is not/),
    );
    expect(said(full.imported, 'look').filter((line) => line.includes('LocalServerCerts'))).toEqual([]);
  });

  it('has the properties, the tag and the CSV of approvers', () => {
    expect(sources['dev']).toMatchObject({
      watch: 'callback',
      properties: { server: 'ToServer', unpublish: 'TakeDown' },
      promoteOnReload: { enabled: true, tag: 'Reloaded' },
      afterPromotion: { unpublish: 'byProperty' },
      streamAlertMap: path.join(fullFolder.path, 'static', 'ApprovalStreamsToEmailAddressMap.csv'),
    });
  });

  it('has versions, mails, listener and log', () => {
    expect(config.versioning).toMatchObject({
      mode: 'byProperty',
      bucket: 'app-versions',
      prefix: 'PromotedToTest/',
    });
    expect(config.mail).toMatchObject({
      enabled: true,
      host: 'smtp.company.com',
      port: 2525,
      from: 'promoter@company.com',
      ownerMails: true,
      login: { user: 'promoter@company.com' },
    });
    expect(config.mail.login?.password.describe()).toBe('${env:WAYBILL_MAIL_PASSWORD}');
    expect(config.listener.port).toBe(5005);
    expect(config.logging).toMatchObject({ level: 'debug', maxSizeBytes: 10_000_000, keep: 7 });
  });

  it('gives out the password alone, decoded, and shows it nowhere', async () => {
    expect(await full.mailPassword?.resolve()).toBe(canary);
    const all = JSON.stringify(full) + yamlOf(full.imported) + importReport(full.imported, words);
    for (const secret of [canary, 'canary', fullSeed[P].email_config.promotion_sender_pass])
      expect(all).not.toContain(secret);
  });

  it('says once what is different for what it uses', () => {
    const texts = full.imported.notes.filter(({ kind }) => kind === 'changed').map(({ text }) => text);

    expect(new Set(texts).size).toBe(texts.length);
    for (const word of ['whole values', 'conflict', 'verified', 'stamp', 'whenChanged', 'keepLast', 'One switch'])
      expect(texts.filter((text) => text.includes(word))).not.toEqual([]);
    expect(said(full.imported, 'dropped')).toContainEqual(
      expect.stringMatching(/^console_port\.json: Settings are made/),
    );
  });
});

describe('the configuration that the old program comes with', () => {
  it('becomes one without mails and versions', async () => {
    const { imported, mailPassword } = importSeed(await read(defaultSeed));
    const config = configFromYaml(yamlOf(imported), elsewhere, {});

    expect(config.mail).toMatchObject({ enabled: false, host: 'smtp.gmail.com' });
    expect(config.versioning.mode).toBe('off');
    expect(config.sources['dev']).toMatchObject({
      afterPromotion: { unpublish: 'always' },
      promoteOnReload: { enabled: false },
    });
    expect(mailPassword).toBeUndefined();
    expect(imported.variables).toEqual([]);
    expect(said(imported, 'changed')).toContainEqual(expect.stringContaining('Results were mailed all the same'));
    expect(said(imported, 'changed').filter((line) => line.includes('keepLast'))).toEqual([]);
    expect(untold(imported, leavesOf(defaultSeed))).toEqual([]);
  });
});

describe('a configuration of next to nothing', () => {
  it('loads, and says what is to be written', () => {
    const result = importSeed({ path: elsewhere, values: minimalSeed, certificates: [], files: [] });

    expect(Object.keys(configOf(result).sites)).toEqual(['dev', 'test']);
    expect(said(result.imported, 'look')).toContainEqual(expect.stringMatching(/remote_servers: No server to promote/));
    expect(said(result.imported, 'look')).toContainEqual(
      expect.stringMatching(/^Certificates\/LocalServerCerts: This/),
    );
  });
});

describe('every key of the old program', () => {
  const leaves = leavesOf(fullSeed);

  it('is carried over or told of, and each file besides', () => {
    expect(leaves.length).toBeGreaterThan(30);
    expect(untold(full.imported, [...leaves, ...fullFolder.certificates.map(({ key }) => key)])).toEqual([]);
    expect(said(full.imported, 'dropped').filter((line) => line.includes('does not know'))).toEqual([]);
  });

  it('is told of when Waybill does not know it, whatever it is called', () => {
    const others = { 'a.b["c"] d': '1', __own: { x: [] }, [P]: { ...fullSeed[P], mine: { 'x y': '2' } } };
    const values = { ...fullSeed, ...others };
    const { imported } = importSeed({ ...fullFolder, values });

    expect(untold(imported, leavesOf(values))).toEqual([]);
    expect(said(imported, 'dropped').filter((line) => line.includes('does not know'))).toHaveLength(3);
  });

  it('can be lacking with its whole group, or have something else in its place', () => {
    const groups = new Set(leaves.flatMap((leaf) => leaf.split('.').map((_, end, all) => all.slice(0, end).join('.'))));
    const inside = [...groups].filter((group) => group !== '' && group !== P && !group.includes('['));

    expect(inside.length).toBeGreaterThan(4);
    for (const group of [...inside, `${P}.remote_servers`]) {
      for (const value of [undefined, null, 'x', 5, [], {}, [[]], [null, {}, { remote_server: 'h' }]]) {
        const result = changed({ [group]: value });

        configOf(result);
        expect(untold(result.imported, leavesOf(changedValues({ [group]: value })))).toEqual([]);
      }
    }
  });

  it('can have any value: the settings still load, no key is forgotten, and no placeholder is let in', () => {
    const value = fc.oneof(
      fc.anything({ maxDepth: 1, withNullPrototype: false }).filter((one) => JSON.stringify(one) !== undefined),
      fc.constantFrom(
        '',
        [],
        {},
        'x: y # z',
        '${env:HOME}',
        '${file:x}',
        '-1',
        '1e9',
        '70000',
        '007',
        '\ud800',
        'a\nb',
      ),
      fc.constantFrom(
        'true',
        'True',
        ' TRUE ',
        'false',
        'on',
        true,
        '../..',
        'dev',
        'source',
        'test',
        'prod',
        'Größe 1',
      ),
      fc.constantFrom('localhost', 'qlik-test.company.com', 'a:1', 'https://x', 'PromoteToStream', 'promotiontoStream'),
    );

    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...leaves), value, { maxKeys: 8 }), (others) => {
        const result = changed(others);
        const known = new Set(result.imported.variables.map(({ name }) => `\${env:${name}}`));
        const placeholders = [...yamlOf(result.imported).matchAll(/^[^#\n]*(\$\{[^}]*\})/gm)].map((match) => match[1]);

        configOf(result);
        expect(placeholders.filter((one) => !known.has(one!))).toEqual([]);
        expect(untold(result.imported, leavesOf(changedValues(others)))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('single settings of the old program', () => {
  it.each([
    [{ installed_on_sense_server: 'false', [`${P}.local_server`]: 'qlik-dev' }, 'qlik-dev'],
    [{ installed_on_sense_server: 'True', local_server: 'by-hand' }, 'by-hand'],
    [{ installed_on_sense_server: 'false', local_server: 'by-hand', [`${P}.local_server`]: 'other' }, 'by-hand'],
    [{ installed_on_sense_server: 'false' }, 'source.invalid'],
  ])('make %j a source elsewhere, which is asked: %s', (others, host) => {
    const result = changed(others);

    const { sites, sources } = configOf(result);
    expect(sites['dev']?.hosts).toEqual([host]);
    expect(sites['dev']).not.toHaveProperty('serverName');
    expect(sources['dev']?.watch).toBe('poll');
    expect(said(result.imported, 'look')).toContainEqual(
      expect.stringContaining('port: The site is asked every minute'),
    );
  });

  it('name the source as no target is named', () => {
    const { sources, targets } = configOf(changed({ [`${P}.remote_servers[0].server_alias`]: 'Dev' }));

    expect([Object.keys(sources), Object.keys(targets)]).toEqual([['source'], ['dev', 'prod']]);
  });

  it.each([
    ['Test Größe!', 'test-gro-e', 'An alias holds a-z'],
    ['../..', 'target', 'An alias holds a-z'],
    ['PROD', 'prod', 'An alias has small letters'],
    ['eu-test', 'eu-test', 'never matched'],
    ['x'.repeat(40), 'x'.repeat(31), 'An alias holds a-z'],
  ])('make an alias of %s', (written, alias, note) => {
    const servers = [{ remote_server: 'h', server_alias: written }];
    const result = changed({ [`${P}.remote_servers`]: servers });

    const { targets, sites } = configOf(result);
    expect(Object.keys(targets)).toEqual([alias]);
    expect(sites[alias]?.label).toBe(written);
    expect(result.imported.notes.map(({ text }) => text).join('\n')).toContain(note);
  });

  it('give an alias that stands twice another name, and leave a host that stands twice out', () => {
    const servers = [
      { remote_server: 'one', server_alias: 'test' },
      { remote_server: 'two', server_alias: 'TEST' },
      { remote_server: 'ONE', server_alias: 'again' },
      { remote_server: 'localhost', server_alias: 'self' },
    ];
    const { imported } = changed({ [`${P}.remote_servers`]: servers });

    expect(Object.keys(imported.settings['targets'] as object)).toEqual(['test', 'test-2']);
    expect(said(imported, 'look')).toContainEqual(expect.stringContaining('Another server has this alias already'));
    expect(said(imported, 'dropped').filter((line) => line.includes('a site stands once'))).toHaveLength(2);
  });

  it('give a property that is called like another its own name back', () => {
    const result = changed({ [`${P}.custom_property_name_promote_stream`]: 'TOSERVER' });

    expect(configOf(result).sources['dev']?.properties).toMatchObject({
      server: 'ToServer',
      stream: 'PromoteToStream',
    });
    expect(said(result.imported, 'look')).toContainEqual(
      expect.stringContaining('Another property is called the same'),
    );
  });

  it.each(['not base64!', 'YWJ', Buffer.from([0xff, 0xfe]).toString('base64'), Buffer.from('a\nb').toString('base64')])(
    'copy no password of %j, and say so',
    (written) => {
      const result = changed({ [`${E}.promotion_sender_pass`]: written });

      expect(result.mailPassword).toBeUndefined();
      expect(configOf(result).mail.login?.password.describe()).toBe('${env:WAYBILL_MAIL_PASSWORD}');
      expect(said(result.imported, 'look')).toContainEqual(expect.stringContaining('set the variable yourself'));
    },
  );

  it('take only "true" in small letters for some switches, and tell of another', () => {
    const result = changed({ 'promote_on_reload.enabled': 'True', [`${P}.app_version_on_change.enabled`]: 'TRUE' });
    const { sources, versioning } = configOf(result);

    expect([sources['dev']?.promoteOnReload.enabled, versioning.mode]).toEqual([false, 'byProperty']);
    expect(said(result.imported, 'look')).toContainEqual(expect.stringMatching(/^promote_on_reload\.enabled: The old/));
  });

  it('name the lines of the CSV that cannot be used', () => {
    const streamMap = 'StreamID, ApprovalEmailAddress\n\n1,anna\n2,a@b.c\n3,x;y\n';
    const { imported } = importSeed({ ...fullFolder, streamMap });

    expect(said(imported, 'look')).toContainEqual(expect.stringMatching(/\.csv: These lines .*: 3, 5\.$/));
  });
});
