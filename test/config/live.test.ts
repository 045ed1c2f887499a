import { describe, expect, it } from 'vitest';
import { changedSettings } from '../../config/live/changed-settings.ts';
import { partSettings } from '../../config/live/part-settings.ts';
import { restartSettings } from '../../config/live/restart-settings.ts';
import { touches } from '../../config/live/setting-pattern.ts';
import { transitionOf } from '../../config/live/take-over.ts';
import { fingerprintOf, loadSettings, type Settings } from '../../config/load.ts';
import { pathText } from '../../config/problem.ts';
import { settingPaths } from '../../config/reference.ts';
import { smallest, temporaryFolder, writeConfig } from './write-config.ts';

const folder = temporaryFolder();
const load = (text: string): Promise<Settings> => loadSettings(writeConfig(text, folder), {});
const changes = async (before: string, after: string): Promise<string[]> =>
  changedSettings((await load(before)).parsed, (await load(after)).parsed).map(pathText);

describe('what differs between two configurations', () => {
  it('is nothing where only defaults were written out, or comments and order changed', async () => {
    const again = `# as before\nmail: { port: 587, enabled: false }\nlistener: { maxBody: 1024KB }\n${smallest}`;

    expect(await changes(smallest, again)).toEqual([]);
  });

  it('bears the names of the file, with units left out and added entries as one', async () => {
    const after = `${smallest}timeouts: { read: 20s }\nmail: { operators: [a@b.example] }\nlocale: de\n`;
    const site = { hosts: 'sites:\n', with: 'sites:\n  lab: { hosts: [lab.example], certificates: c }\n' };

    expect(await changes(smallest, after)).toEqual(['locale', 'mail.operators', 'timeouts.read']);
    expect(await changes(smallest, smallest.replace(site.hosts, site.with))).toEqual(['sites.lab']);
  });

  it('sees that a secret stands elsewhere or says something else, without reading it', async () => {
    const login = (password: string) => `${smallest}mail: { login: { user: u, password: "${password}" } }\n`;

    expect(await changes(login('${env:A}'), login('${env:A}'))).toEqual([]);
    expect(await changes(login('${env:A}'), login('${env:B}'))).toEqual(['mail.login.password']);
    expect(await changes(login('canary'), login('other'))).toEqual(['mail.login.password']);
    expect(await changes(login('canary'), login('canary'))).toEqual([]);
  });
});

describe('the lists of settings', () => {
  const known = settingPaths().map((path) => path.replaceAll(/<\w+>/g, '*'));
  const patterns = [...restartSettings.map(({ setting }) => setting), ...Object.values(partSettings).flat()];

  it.each(patterns.filter((pattern) => pattern !== '*'))('name settings that there are: %s', (pattern) => {
    expect(known.some((path) => path === pattern || path.startsWith(`${pattern}.`))).toBe(true);
  });

  it('take a group for what is in it, and an entry for what it holds', () => {
    expect(touches(['temporal', 'tls', 'ca'], 'temporal.tls')).toBe(true);
    expect(touches(['sources', 'dev'], 'sources.*.watch')).toBe(true);
    expect(touches(['sources', 'dev', 'sweep'], 'sources.*.watch')).toBe(false);
    expect(touches(['temporal', 'uiUrl'], 'temporal.tls')).toBe(false);
  });
});

describe('a change of the file, as a process takes it', () => {
  const change = async (process: Parameters<typeof transitionOf>[2], text: string) => {
    const running = await load(smallest);
    return { running, ...transitionOf(running, await load(text), process) };
  };

  it('keeps what needs a restart, and all that is derived from it, and takes the rest', async () => {
    const text = `${smallest}dataFolder: elsewhere\nlistener: { port: 6000 }\nlocale: de\n`;
    const { running, settings, taken, waiting, conflicts } = await change('up', text);

    expect(waiting.map(({ setting }) => setting)).toEqual(['dataFolder', 'listener.port']);
    expect(taken.map(pathText)).toEqual(['locale']);
    expect(conflicts).toEqual([]);
    const { dataFolder, ledger, listener, locale } = settings.config;
    expect({ dataFolder, ledger, listener }).toEqual({
      dataFolder: running.config.dataFolder,
      ledger: running.config.ledger,
      listener: running.config.listener,
    });
    expect(locale).toBe('de');
    expect(settings.fingerprint).not.toBe(running.fingerprint);
  });

  it('asks of each process only what it needs: the worker takes the address of the listener', async () => {
    const { settings, waiting } = await change('worker', `${smallest}listener: { port: 6000 }\n`);

    expect(waiting).toEqual([]);
    expect(settings.config.listener.publicUrl).toBe('http://127.0.0.1:6000');
  });

  it('goes back without a restart', async () => {
    const { running, settings } = await change('up', `${smallest}temporal: { namespace: other }\n`);
    const back = transitionOf(settings, running, 'up');

    expect([back.taken, back.waiting]).toEqual([[], []]);
  });

  it('is refused where the new settings do not fit those that are kept', async () => {
    const open = `${smallest}listener: { bind: 0.0.0.0, publicUrl: "http://waybill.example:5000" }\n`;
    const closed = `${smallest}listener: { bind: 127.0.0.1 }\nlocale: de\n`;

    expect(transitionOf(await load(open), await load(closed), 'up').conflicts).toMatchObject([
      { path: ['listener', 'publicUrl'] },
    ]);
    expect(transitionOf(await load(open), await load(closed), 'worker').conflicts).toEqual([]);
  });
});

describe('the fingerprint of a file', () => {
  it('counts its words, not its line ends', () => {
    expect(fingerprintOf('a: 1\r\nb: 2\r\n')).toBe(fingerprintOf('a: 1\nb: 2\n'));
    expect(fingerprintOf('a: 1\n')).not.toBe(fingerprintOf('a: 2\n'));
  });
});
