import { appendFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { makeBackup } from '../../backup/make-backup.ts';
import { filesBelow, SECRETS, settings, type StoresWorld, storesWorld } from './stores-world.ts';

let world: StoresWorld;
afterEach(() => world?.close());

const whatIsKept = ({ manifest }: Awaited<ReturnType<StoresWorld['backUp']>>): string[] =>
  manifest.notCopied.map(({ what }) =>
    path.isAbsolute(what) ? path.relative(path.dirname(world.configFile), what).replaceAll('\\', '/') : what,
  );

describe('a backup', () => {
  it('holds every store, the needed files of apps and the configuration, each under its SHA-256', async () => {
    world = await storesWorld();

    const { folder, manifest, lostArtifacts } = await world.backUp();

    expect(path.dirname(folder)).toBe(world.backups);
    expect(manifest.files.map(({ name }) => name).toSorted()).toEqual([
      'configuration/ca.pem',
      'configuration/templates/publish.hbs',
      'configuration/waybill.yaml',
      'ledger.sqlite',
      'temporal.sqlite',
      'temporal.sqlite.server.json',
    ]);
    expect(manifest.artifacts).toEqual([{ sha256: world.sha256, sizeBytes: 300_000 }]);
    expect(lostArtifacts).toEqual([]);
    expect((await readdir(folder)).toSorted()).toEqual([
      'configuration',
      'ledger.sqlite',
      'manifest.json',
      'temporal.sqlite',
      'temporal.sqlite.server.json',
    ]);
  });

  it('takes in what is written but not yet moved from the log of the database, while it is open', async () => {
    world = await storesWorld();
    world.addHistory('just now');

    const { folder } = await world.backUp();

    const copy = new DatabaseSync(path.join(folder, 'temporal.sqlite'), { readOnly: true });
    expect(
      copy
        .prepare('select text from histories')
        .all()
        .map((row) => row['text']),
    ).toEqual(['first', 'just now']);
    copy.close();
  });

  it('holds no secret and no private key, and tells which of them have to be kept elsewhere', async () => {
    world = await storesWorld();

    const made = await world.backUp();

    const files = await filesBelow(world.backups);
    for (const secret of SECRETS) expect(files.filter(({ bytes }) => bytes.includes(secret))).toEqual([]);
    expect(whatIsKept(made)).toEqual(
      expect.arrayContaining(['certificates/dev', 'both.pem', 'data/installation-secret', '${file:secrets/smtp}']),
    );
  });

  it('leaves out a file that a secret is read from, also in a folder that is copied', async () => {
    world = await storesWorld(settings.replace('templates: templates', 'templates: secrets'));

    const made = await world.backUp();

    expect((await filesBelow(made.folder)).filter(({ bytes }) => bytes.includes('smtp-canary-9f2'))).toEqual([]);
  });

  it('leaves out a configuration in which a secret is written, and says where', async () => {
    world = await storesWorld(settings.replace("'${file:secrets/smtp}'", 'smtp-canary-9f2'));

    const made = await world.backUp();

    expect(made.manifest.files.map(({ name }) => name)).not.toContain('configuration/waybill.yaml');
    expect(made.manifest.notCopied).toContainEqual({
      what: world.configFile,
      why: 'a secret is written in it: mail.login.password',
    });
    expect((await filesBelow(world.backups)).filter(({ bytes }) => bytes.includes('smtp-canary-9f2'))).toEqual([]);
  });

  it('copies a file of an app once for all backups of a folder', async () => {
    world = await storesWorld();

    const [first, second] = [await world.backUp(), await world.backUp()];

    expect([first.copiedArtifactBytes, second.copiedArtifactBytes]).toEqual([300_000, 0]);
    expect(second.manifest.artifacts).toEqual(first.manifest.artifacts);
  });

  it('tells of a needed file that is damaged where Waybill keeps it, and copies the rest', async () => {
    world = await storesWorld();
    const file = path.join(world.config.artifacts.folder, 'objects', world.sha256.slice(0, 2), world.sha256);
    await appendFile(file, 'more');

    const { lostArtifacts, manifest } = await world.backUp();

    expect(lostArtifacts).toMatchObject([{ what: file }]);
    expect(manifest.artifacts).toEqual([]);
  });

  it('names the means of its own for a ledger in PostgreSQL and for a Temporal service', async () => {
    world = await storesWorld();
    const { config } = world;
    const temporal = { ...config.temporal, address: 'temporal.company.example:7233' };
    const options = { configFile: world.configFile, to: world.backups, version: '1' };

    const { manifest } = await makeBackup({ ...options, config: { ...config, temporal } });

    expect(manifest.files.filter(({ part }) => part === 'temporal')).toEqual([]);
    expect(manifest.notCopied).toContainEqual(
      expect.objectContaining({ what: 'Temporal at temporal.company.example:7233' }),
    );
  });

  it('leaves nothing behind when it fails', async () => {
    world = await storesWorld();
    await rm(world.config.ledger.file);

    await expect(world.backUp()).rejects.toMatchObject({ code: 'WAYBILL_CLI_NO_LEDGER' });

    expect((await readdir(world.backups)).filter((name) => name !== 'artifacts')).toEqual([]);
  });
});
