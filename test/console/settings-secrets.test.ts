import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import type { Browser, Shown } from './console-world.ts';
import { formFields } from './form-fields.ts';
import {
  editPath,
  LITERAL,
  review,
  save,
  type SettingsWorld,
  standardFile,
  startSettingsWorld,
} from './settings-world.ts';

const TYPED = 'canary-typed-secret-3';

let world: SettingsWorld;
let ada: Browser;
/** Every page that was shown. */
const seen: string[] = [];
beforeAll(async () => {
  world = await startSettingsWorld();
  ada = await world.signedIn('ada');
});
beforeEach(() => world.write(standardFile));
afterAll(() => world?.close());

function kept({ text, ...shown }: Shown): Shown {
  seen.push(text);
  return { text, ...shown };
}

const secrets = (...below: string[]): string => path.join(world.folder, 'secrets', ...below);

describe('a secret', () => {
  it('that stands in the file is shown as set only, and stays when other settings change', async () => {
    const page = kept(await ada.open(editPath('mail')));
    expect(page.text).toContain('Set; it stands in the file itself.');

    kept(await review(ada, editPath('mail'), { 'v:port': '2525' }));
    kept(await save(ada, editPath('mail'), { 'v:port': '2525' }));

    expect(await world.text()).toContain(`password: ${LITERAL}`);
  });

  it('that is kept elsewhere is shown by where, and never read', async () => {
    await world.write(standardFile.replace(LITERAL, '${env:SMTP_PASSWORD}'));

    const page = kept(await ada.open(editPath('mail')));

    expect(page.text).toContain('Kept in <code>${env:SMTP_PASSWORD}</code>');
    expect((await review(ada, editPath('mail'), {})).text).toContain('Nothing differs');
  });

  it('that is typed goes to a file of its own, and only its place into the configuration', async () => {
    const shown = kept(await review(ada, editPath('mail'), { 'new:login/password': TYPED }));
    expect(await readdir(secrets('pending'))).toHaveLength(1);
    expect(await world.text()).toBe(standardFile);

    kept(await ada.send('/settings/save', formFields(shown.text, '/settings/save')));

    const [name = ''] = (await readdir(secrets())).filter((one) => one !== 'pending');
    expect(await world.text()).toContain(`password: \${file:secrets/${name}}`);
    expect(await readFile(secrets(name), 'utf8')).toBe(TYPED);
    expect((await stat(secrets(name))).mode & 0o777).toBe(0o600);
    expect((await stat(secrets())).mode & 0o777).toBe(0o700);
    expect(await readdir(secrets('pending'))).toEqual([]);
    const { mail } = await loadConfig(world.file, {});
    expect(await mail.login?.password.resolve()).toBe(TYPED);
  });

  it('that is typed and discarded is removed', async () => {
    const shown = kept(await review(ada, editPath('mail'), { 'new:login/password': TYPED }));

    kept(await ada.send('/settings/discard', formFields(shown.text, '/settings/discard')));

    expect(await readdir(secrets('pending'))).toEqual([]);
    expect(await world.text()).toBe(standardFile);
  });

  it('that nobody saved for an hour is removed when a console starts', async () => {
    kept(await review(ada, editPath('mail'), { 'new:login/password': TYPED }));
    const [name = ''] = await readdir(secrets('pending'));
    const old = new Date(Date.now() - 2 * 3_600_000);
    await utimes(secrets('pending', name), old, old);
    const other = await world.startAnother();

    await expect.poll(() => readdir(secrets('pending'))).toEqual([]);

    await other.close();
  });

  it('that is gone before it is saved is asked for again', async () => {
    const shown = kept(await review(ada, editPath('mail'), { 'new:login/password': TYPED }));
    const fields = { ...formFields(shown.text, '/settings/save'), 'pending:login/password': '../waybill.yaml' };

    const saved = kept(await ada.send('/settings/save', fields));

    expect(saved.status).toBe(422);
    expect(saved.text).toContain('The secret that was typed is gone');
    expect(await world.text()).toBe(standardFile);
  });

  it('that is typed where none belongs is refused, and shown to nobody', async () => {
    const wrong = [
      [editPath('mail'), { 'ref:login/password': TYPED }],
      [editPath('alerts'), { 'v:broker/url': `mqtts://user:${TYPED}@broker.example` }],
    ] as const;
    for (const [page, typed] of wrong) {
      const shown = kept(await review(ada, page, typed));
      expect(shown.status).toBe(422);
      expect(shown.text).toContain('A secret cannot stand here.');
    }
    expect(await world.text()).toBe(standardFile);
  });

  it('can be taken out where it is not needed', async () => {
    await world.write(
      standardFile.replace('certificates/dev ', 'certificates/dev\n    certificatePassword: "${env:KEY}" '),
    );

    kept(await save(ada, editPath('sites', 'dev'), { 'clear:certificatePassword': 'yes' }));

    expect(await world.text()).not.toContain('certificatePassword');
  });

  it('of the file comes back with a version, for which it is in no version', async () => {
    await save(ada, editPath('mail'), { 'v:port': '2525' });
    const [latest] = await world.ledger.listSettingsVersions({ limit: 1 });
    await save(ada, editPath('mail'), { 'v:port': '2626' });
    const shown = kept(await ada.open(`/settings/version?n=${latest?.n}`));

    kept(await ada.send('/settings/bring-back', formFields(shown.text, '/settings/bring-back')));

    expect(await world.text()).toContain(LITERAL);
    expect(await world.text()).toContain('port: 2525');
    const { mail } = await loadConfig(world.file, {});
    expect(await mail.login?.password.resolve()).toBe(LITERAL);
  });

  it('that stood in the file when a version was saved, and does no more, keeps the version from being brought back', async () => {
    await save(ada, editPath('mail'), { 'v:port': '2525' });
    const [latest] = await world.ledger.listSettingsVersions({ limit: 1 });
    await save(ada, editPath('mail'), { 'has:login': '' });

    const shown = kept(await ada.open(`/settings/version?n=${latest?.n}`));

    expect(shown.text).toContain('Versions hold no secrets: enter it anew.');
    expect(shown.text).toContain('This version does not fit any more');
    const forced = await ada.send('/settings/bring-back', formFields(shown.text, '/settings/bring-back'));
    expect(forced.text).toContain('was not brought back');
  });

  it('is on no page, in no version, no entry of the audit trail and no line of the log', async () => {
    for (const page of ['/settings', '/settings/versions', '/audit', editPath('mail')]) kept(await ada.open(page));
    const versions = await world.ledger.listSettingsVersions({ limit: 100 });
    const texts = await Promise.all(versions.map(({ n }) => world.ledger.findSettingsVersion(n)));
    const everything = {
      pages: seen.join('\n'),
      versions: JSON.stringify(texts),
      audit: JSON.stringify(await world.ledger.listAudit({ limit: 500 })),
      log: JSON.stringify(world.logger.lines),
    };

    expect(texts.length).toBeGreaterThan(5);
    for (const [where, text] of Object.entries(everything))
      for (const secret of [TYPED, LITERAL, 'canary-comment-secret-2'])
        expect({ where, found: text.includes(secret) }).toEqual({ where, found: false });
  });
});
