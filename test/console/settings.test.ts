import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import type { Browser } from './console-world.ts';
import { formFields } from './form-fields.ts';
import {
  addPath,
  editPath,
  LITERAL,
  review,
  save,
  type SettingsWorld,
  standardFile,
  startSettingsWorld,
} from './settings-world.ts';

let world: SettingsWorld;
let ada: Browser;
beforeAll(async () => {
  world = await startSettingsWorld();
  ada = await world.signedIn('ada');
});
beforeEach(() => world.write(standardFile));
afterAll(() => world?.close());

async function audited(): Promise<unknown[]> {
  return (await world.ledger.listAudit({ kinds: ['settings'], order: 'oldest' })).map(({ type, account, facts }) => ({
    type,
    account,
    ...(facts as object),
  }));
}

describe('the forms of the settings', () => {
  it('show every group of the schema, with what the file says, what counts else and what each means', async () => {
    const index = await ada.open('/settings');
    for (const title of [
      'General',
      'Sites',
      'Streams and approvers',
      'Email',
      'Versioning',
      'Alerts',
      'Logging',
      'Ledger',
    ])
      expect(index.text).toContain(`>${title}</a>`);

    const { text } = await ada.open(editPath('mail'));

    expect(text).toContain('value="mail.company.example"');
    expect(text).toContain('placeholder="587"');
    expect(text).toContain('Mail server (SMTP). Required when enabled.');
    expect(formFields(text, '/settings/review')).toMatchObject({
      'v:enabled': 'true',
      'v:port': '',
      'has:login': 'yes',
    });
  });

  it('are made for every setting there is, records and entries of records included', async () => {
    for (const at of [
      [],
      ['sites', 'dev'],
      ['sources', 'dev'],
      ['sources', 'dev', 'streams', 'Sales'],
      ['alerts'],
      ['console'],
    ])
      expect((await ada.open(editPath(...at))).status).toBe(200);
    for (const at of [
      ['sites'],
      ['sources', 'dev', 'streams'],
      ['alerts', 'destinations', 'slack'],
      ['mail', 'ownerAddress', 'map'],
    ])
      expect((await ada.open(addPath(...at))).status).toBe(200);
    expect((await ada.open(editPath('sites', 'gone'))).status).toBe(404);
    expect((await ada.open(editPath('nothing'))).status).toBe(404);
  });

  it('change nothing where nothing was typed', async () => {
    for (const at of [['mail'], ['sites', 'dev'], ['sources', 'dev'], ['sources', 'dev', 'streams', 'Sales'], []])
      expect((await review(ada, editPath(...at), {})).text).toContain('Nothing differs');
  });
});

describe('a change', () => {
  it('is shown as a difference of the file before it is saved', async () => {
    const shown = await review(ada, editPath('mail'), { 'v:host': 'smtp.company.example', 'v:port': '2525' });

    expect(shown.status).toBe(200);
    expect(shown.text).toContain('-  host: mail.company.example    # not the old one');
    expect(shown.text).toMatch(/\+ {2}host: smtp\.company\.example/);
    expect(await world.text()).toBe(standardFile);
  });

  it('keeps comments, order, spaces and the rights of the file', async () => {
    await chmod(world.file, 0o640);

    const saved = await save(ada, editPath('mail'), { 'v:host': 'smtp.company.example', 'v:tls': 'none' });

    expect(saved.path).toBe('/settings');
    expect(await world.text()).toBe(
      standardFile
        .replace('host: mail.company.example    #', 'host: smtp.company.example #')
        .replace('  # the old login', '  tls: none\n  # the old login'),
    );
    expect((await stat(world.file)).mode & 0o777).toBe(0o640);
    expect((await loadConfig(world.file, {})).mail).toMatchObject({ host: 'smtp.company.example', tls: 'none' });
    expect((await readdir(world.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('that is wrong is told at its field, every one of them, and nothing is saved', async () => {
    const shown = await review(ada, editPath('mail'), { 'v:port': '99999', 'v:retry/first': 'soon', 'v:from': '' });

    expect(shown.status).toBe(422);
    expect(shown.text).toContain('Nothing was saved: 3 things are wrong.');
    for (const words of ['expected a whole number from 1 to 65535', 'expected a duration', 'the address of the sender'])
      expect(shown.text).toMatch(new RegExp(`<p class="wrong">[^<]*${words}`));
    expect(shown.text).toMatch(/aria-invalid="true"[^>]*name="v:port" value="99999"/);
    const forced = await ada.send('/settings/save', { ...formFields(shown.text, '/settings/review') });
    expect(forced.status).toBe(422);
    expect(await world.text()).toBe(standardFile);
  });

  it('is refused where the file was changed since the form was shown', async () => {
    const shown = await review(ada, editPath('mail'), { 'v:port': '2525' });
    const byHand = standardFile.replace('waybill@', 'promotions@');
    await world.write(byHand);

    const saved = await ada.send('/settings/save', formFields(shown.text, '/settings/save'));

    expect(saved.status).toBe(409);
    expect(saved.text).toContain('was changed since this page was shown. Nothing was saved.');
    expect(await world.text()).toBe(byHand);
  });

  it('of lists, of yes or no and of a word or a group arrives as the file would say it', async () => {
    await save(ada, editPath('sources', 'dev'), {
      'v:approval/approvers': 'group',
      'v:approval/approvers/users': 'COMPANY\\anna\r\nCOMPANY\\bob',
      'v:promoteOnReload/enabled': 'true',
      'v:targets': 'test',
    });
    const { sources } = await loadConfig(world.file, {});
    expect(sources['dev']).toMatchObject({
      approval: { approvers: { users: ['COMPANY\\anna', 'COMPANY\\bob'], groups: [] } },
      promoteOnReload: { enabled: true },
      targets: ['test'],
    });

    await save(ada, editPath('sources', 'dev'), { 'v:approval/approvers': 'unset', 'v:promoteOnReload/enabled': '' });

    expect(await world.text()).not.toContain('approval');
    expect(await world.text()).not.toContain('promoteOnReload');
  });
});

describe('an entry', () => {
  it('is added, changed and taken out', async () => {
    const typed = { 'v:hosts': 'prod.example', 'v:certificates': 'certificates/prod' };
    await save(ada, addPath('sites'), { name: 'prod', ...typed });
    await save(ada, addPath('targets'), { name: 'prod' });
    await save(ada, addPath('sources', 'dev', 'streams'), { name: 'Finance & more', 'v:alert': 'f@company.example' });
    const config = await loadConfig(world.file, {});
    expect(Object.keys(config.targets)).toEqual(['test', 'prod']);
    expect(config.sources['dev']?.streams['Finance & more']?.alert).toEqual(['f@company.example']);

    await save(ada, editPath('sites', 'prod'), { 'v:port': '4243' });
    expect((await loadConfig(world.file, {})).sites['prod']?.port).toBe(4243);

    const removed = await review(ada, editPath('targets', 'prod'), { act: 'remove' });
    await ada.send('/settings/save', formFields(removed.text, '/settings/save'));
    expect(Object.keys((await loadConfig(world.file, {})).targets)).toEqual(['test']);
  });

  it('with a name that is taken, missing or cannot be one is refused', async () => {
    const typed = { 'v:hosts': 'prod.example', 'v:certificates': 'certificates/prod' };
    const names = [
      ['dev', 'there is one of the name dev already'],
      ['', 'it needs a name'],
      ['Bad Name', 'expected an alias'],
    ] as const;
    for (const [name, why] of names) {
      const shown = await review(ada, addPath('sites'), { name, ...typed });
      expect(shown.status).toBe(422);
      expect(shown.text).toContain(why);
    }
    expect(await world.text()).toBe(standardFile);
  });

  it('that others need is not taken out', async () => {
    const shown = await review(ada, editPath('sites', 'test'), { act: 'remove' });

    expect(shown.status).toBe(422);
    expect(shown.text).toContain('targets.test');
    expect(await world.text()).toBe(standardFile);
  });
});

describe('a version', () => {
  it('is kept of each saved state, with what stood there by hand, and can be brought back', async () => {
    await world.write(standardFile.replace('manager@', 'boss@'));
    await save(ada, editPath('mail'), { 'v:port': '2525' });
    await save(ada, editPath('mail'), { 'v:port': '2626' });
    const [latest, earlier, byHand] = await world.ledger.listSettingsVersions({ limit: 3 });
    expect(latest).toMatchObject({ savedBy: 'COMPANY\\ada', what: ['mail.port'] });
    expect(byHand).toMatchObject({ savedBy: undefined, what: [] });

    const list = await ada.open('/settings/versions');
    expect(list.text).toContain('by hand, in the file');
    const shown = await ada.open(`/settings/version?n=${byHand?.n}`);
    expect(shown.text).toContain('-  port: 2626');
    const back = await ada.send('/settings/bring-back', formFields(shown.text, '/settings/bring-back'));

    expect(back.text).toContain(`Version ${byHand?.n} was brought back`);
    expect(await world.text()).toBe(standardFile.replace('manager@', 'boss@'));
    expect((await audited()).at(-1)).toMatchObject({
      type: 'settings-brought-back',
      account: 'COMPANY\\ada',
      from: byHand?.n,
      settings: ['mail.port'],
    });
    expect(earlier?.n).toBe((byHand?.n ?? 0) + 1);
  });

  it('is not brought back over a change that came meanwhile', async () => {
    await save(ada, editPath('mail'), { 'v:port': '2525' });
    const [, before] = await world.ledger.listSettingsVersions({ limit: 2 });
    const shown = await ada.open(`/settings/version?n=${before?.n}`);
    const changed = (await world.text()).replace('2525', '2727');
    await world.write(changed);

    const back = await ada.send('/settings/bring-back', formFields(shown.text, '/settings/bring-back'));

    expect(back.status).toBe(409);
    expect(await world.text()).toBe(changed);
  });
});

describe('the audit trail', () => {
  it('tells who changed which settings, and no value', async () => {
    await save(ada, editPath('mail'), { 'v:host': 'very-special-host.example' });

    const entries = await audited();

    expect(entries.at(-1)).toMatchObject({
      type: 'settings-changed',
      account: 'COMPANY\\ada',
      settings: ['mail.host'],
    });
    expect(JSON.stringify(entries)).not.toContain('very-special-host');
    expect((await ada.open('/audit?kind=settings')).text).toContain('settings changed: mail.host, saved as version');
  });
});

describe('everybody else', () => {
  it.each(['vera', 'anna', 'otto'] as const)('such as %s neither sees settings nor changes them', async (person) => {
    const browser = await world.signedIn(person);
    for (const page of ['/settings', editPath('mail'), addPath('sites'), '/settings/versions', '/settings/version?n=1'])
      expect(await browser.open(page)).toMatchObject({ status: 403 });
    const fields = formFields((await ada.open(editPath('mail'))).text, '/settings/review');
    for (const act of ['review', 'form', 'save', 'discard', 'try', 'bring-back']) {
      const page = await browser.open('/account');
      expect(page.text).not.toContain('href="/settings"');
      expect(await browser.send(`/settings/${act}`, { ...fields, 'v:port': '1', n: '1' })).toMatchObject({
        status: 403,
      });
    }
    expect(await world.text()).toBe(standardFile);
  });

  it('who sends a form of another site is refused', async () => {
    const fields = formFields((await ada.open(editPath('mail'))).text, '/settings/review');
    for (const act of ['review', 'form', 'save', 'discard', 'try', 'bring-back'])
      expect(await ada.sendRaw(`/settings/${act}`, { ...fields, 'v:port': '1', n: '1' })).toMatchObject({
        status: 403,
      });
    expect(await world.text()).toBe(standardFile);
  });
});

describe('a file that cannot be written', () => {
  it.skipIf(process.getuid?.() === 0)('is told of, with the text to put in its place by hand', async () => {
    await chmod(world.folder, 0o500);
    try {
      const shown = await review(ada, editPath('mail'), { 'v:port': '2525' });

      expect((await ada.open('/settings')).text).toContain('The console cannot write');
      expect(shown.text).toContain('The file cannot be written from here: this account may not write there.');
      expect(shown.text).toContain('port: 2525');
    } finally {
      await chmod(world.folder, 0o700);
    }
  });
});

describe('a file that is no YAML', () => {
  it('is told of without its text, and changed by nobody', async () => {
    await world.write(`mail: [ ${LITERAL}\n`);

    const shown = await ada.open('/settings');

    expect(shown.status).toBe(409);
    expect(shown.text).toContain('is no YAML, at line');
    expect(shown.text).not.toContain(LITERAL);
  });
});

describe('a folder of the file', () => {
  it('holds nothing but what was there before and what was saved', async () => {
    await save(ada, editPath('mail'), { 'v:port': '2525' });

    expect((await readdir(world.folder)).toSorted()).toEqual(['data', 'waybill.yaml']);
    expect(await readFile(path.join(world.folder, 'waybill.yaml'), 'utf8')).toContain('port: 2525');
  });
});
