import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { configFromYaml, loadConfig, readConfig } from '../../config/load.ts';
import { pathText } from '../../config/problem.ts';
import { smallest, temporaryFolder, writeConfig } from './write-config.ts';

const load = (text: string, env: NodeJS.ProcessEnv = {}) => loadConfig(writeConfig(text), env);

/** `line:column path: wrong; right` of every problem. */
async function problemsOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { problems } = await readConfig(writeConfig(text), env);
  return problems.map((p) => `${p.line}:${p.column} ${pathText(p.path)}: ${p.wrong}; ${p.right}`);
}

describe('a configuration that is right', () => {
  it('fills every default from two sites and a source', async () => {
    const config = await load(smallest);

    expect(config.sites['dev']).toMatchObject({
      alias: 'dev',
      label: 'dev',
      publicHost: 'qlik-dev.example',
      port: 4242,
    });
    expect(config.sources['dev']).toMatchObject({ watch: 'callback', sweepMs: 300_000, targets: ['test'] });
    expect(config.targets['test']?.backup).toEqual({
      enabled: true,
      upToWithDataBytes: 64 * 1024 * 1024,
      above: 'withoutData',
    });
    expect(config.listener).toMatchObject({ publicUrl: 'http://127.0.0.1:5000', maxBodyBytes: 1024 * 1024 });
    expect(config.timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('sweeps more often where there are no callbacks', async () => {
    const config = await load(smallest.replace('dev: {}', 'dev: { watch: poll }'));

    expect(config.sources['dev']?.sweepMs).toBe(60_000);
  });

  it('takes relative paths from the folder of the file and from dataFolder', async () => {
    const folder = temporaryFolder();

    const config = await loadConfig(
      writeConfig(`${smallest}dataFolder: ../store\nledger: { file: db/l.sqlite }\n`, folder),
      {},
    );

    expect(config.sites['dev']?.certificates).toBe(path.join(folder, 'certificates', 'dev'));
    expect(config.dataFolder).toBe(path.resolve(folder, '..', 'store'));
    expect(config.ledger.file).toBe(path.resolve(folder, '..', 'store', 'db', 'l.sqlite'));
    expect(config.artifacts.folder).toBe(path.resolve(folder, '..', 'store', 'artifacts'));
  });

  it('completes the approval of a stream with that of its source', async () => {
    const config = await load(
      smallest.replace(
        'dev: {}',
        'dev: { approval: { ownerMayApprove: false }, streams: { "Sales North": { approval: { expire: 60d } } } }',
      ),
    );

    expect(config.sources['dev']?.streams['Sales North']?.approval).toEqual({
      approvers: 'anyone',
      ownerMayApprove: false,
      reminderMs: 3 * 86_400_000,
      escalateMs: 0,
      escalateTo: [],
      expireMs: 60 * 86_400_000,
    });
  });

  it('accepts an entry without a value, as in "test:"', async () => {
    const config = await load(`${smallest.replace('test: {}', 'test:')}mail:\n`);

    expect(config.targets['test']?.data).toBe('carry');
    expect(config.mail.enabled).toBe(false);
  });

  it('allows two sites to promote to each other when somebody approves', async () => {
    const text = smallest
      .replace('dev: {}', 'dev: {}\n  test: {}')
      .replace('test: {}\n', 'test: {}\n')
      .concat('  dev: {}\n');

    const config = await load(text);

    expect(config.sources['test']?.targets).toEqual(['dev']);
  });
});

describe('placeholders', () => {
  it('fills text, numbers and flags from the environment', async () => {
    const text = `${smallest}listener: { port: "\${env:PORT}", publicUrl: "https://\${env:HOST}/x/" }\nmail: { ownerMails: "\${env:FLAG}" }\n`;

    const config = await load(text, { PORT: '5123', HOST: 'hook.example', FLAG: 'false' });

    expect(config.listener).toMatchObject({ port: 5123, publicUrl: 'https://hook.example/x' });
    expect(config.mail.ownerMails).toBe(false);
  });

  it('says where a variable or file is missing', async () => {
    const problems = await problemsOf(`${smallest}temporal:\n  namespace: \${env:NS}\n  taskQueue: \${file:no.txt}\n`);

    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^13:3 temporal\.namespace: \$\{env:NS\} has no value: .* NS is not set; set it/);
    expect(problems[1]).toMatch(/^14:3 temporal\.taskQueue: \$\{file:no\.txt\} has no value: .*no\.txt cannot be read/);
  });
});

describe('a configuration that is wrong', () => {
  it('tells every problem at once, each with its place', async () => {
    const problems = await problemsOf(
      `${smallest}listener:\n  port: 70000\nmail:\n  enabled: true\nretry: { looks: many }\nsweep: 5m\n`,
    );

    expect(problems).toEqual([
      '13:3 listener.port: 70000 cannot stand here; expected a whole number from 0 to 65535',
      '14:1 mail.host: this setting is required with enabled mail; expected the name of a mail server',
      '14:1 mail.from: this setting is required with enabled mail; expected the address of the sender',
      '16:10 retry.looks: "many" cannot stand here; expected a whole number from 1 to 20',
      expect.stringContaining('17:1 sweep: there is no such setting'),
    ]);
  });

  it.each([
    ['sites: { dev: { hots: [a] } }', 'hots', 'hosts'],
    ['temporal: { adress: "a:1" }', 'adress', 'address'],
    ['lisener: {}', 'lisener', 'listener'],
    ['ledger: { kind: postgre }', 'kind', 'postgres'],
  ])('suggests the nearest word: %s', async (text, key, nearest) => {
    const problems = await problemsOf(text);

    expect(problems.find((line) => line.includes(`${key}:`))).toContain(`did you mean "${nearest}"?`);
  });

  it.each([
    ['5', 'a number without a unit'],
    ['5 minutes', 'a unit in words'],
    ['-5m', 'a negative one'],
  ])('refuses %s as a duration: %s', async (text) => {
    const problems = await problemsOf(`${smallest}staging: { sweepEvery: ${text} }`);

    expect(problems[0]).toContain('expected a duration: a number and a unit');
  });

  it.each([
    ['{{time}}.log', 'without the reload'],
    ['{{reloadId}}.log', 'without the time'],
    ['{{time}} {{time}} {{reloadId}}.log', 'with the time twice'],
    ['{{time}} {{appName}} {{reloadId}}.log', 'with a field that may change'],
    ['../{{time}} {{reloadId}}.log', 'out of its folder'],
    ['{{time}}:{{reloadId}}.log', 'with a colon, which Windows does not take'],
    ['{{time}} {{reloadId}}', 'without a file ending'],
  ])('refuses %s as the name of script logs: %s', async (name) => {
    const problems = await problemsOf(`${smallest}alerts: { scriptLogs: { fileName: "${name}" } }`);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('expected a file name with {{time}} and {{reloadId}}, each once');
  });

  it('tells where YAML is broken or a key stands twice', async () => {
    expect((await problemsOf('sites:\n  dev: {\n'))[0]).toMatch(/^\d+:\d+ : this is not YAML/);
    expect((await problemsOf('locale: en\nlocale: de\n'))[0]).toMatch(/^2:1 : this key stands twice/);
  });

  it('says how to make a file when there is none', async () => {
    const missing = path.join(temporaryFolder(), 'waybill.yaml');

    const error = await loadConfig(missing, {}).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'WAYBILL_CONFIG_NOT_FOUND', exitCode: 2 });
    expect(String(error)).toContain(missing);
    expect((error as { remedy: string }).remedy).toContain('waybill-minimal.yaml');
  });

  it('fails with one error whose message lists every problem', async () => {
    const error = await load(`${smallest}locale: "?"\ntimeZone: Mars/One\n`).catch((thrown: unknown) => thrown);

    expect(isWaybillError(error) && error.code).toBe('WAYBILL_CONFIG_INVALID');
    expect((error as Error).message).toMatch(
      /2 problem\(s\):\n {2}line 12, column 1: locale: .*\n {2}line 13, column 1: timeZone: /,
    );
  });

  it('asks for what is required in an empty file', async () => {
    const problems = await problemsOf('');

    expect(problems.map((line) => line.split(' ')[1])).toEqual(['sites:', 'sources:', 'targets:']);
  });
});

it('reads what PowerShell writes: UTF-16, and UTF-8 with a mark', async () => {
  const utf16 = writeConfig('');
  writeFileSync(utf16, Buffer.from(`\uFEFF${smallest}mail: { replyTo: grün@x.example }\r\n`, 'utf16le'));
  const marked = writeConfig(`\uFEFF${smallest}`);

  expect((await loadConfig(utf16, {})).mail.replyTo).toBe('grün@x.example');
  expect(Object.keys((await loadConfig(marked, {})).sites)).toEqual(['dev', 'test']);
});

it('reads text that stands in no file', () => {
  const folder = temporaryFolder();

  expect(configFromYaml(smallest, folder, {}).dataFolder).toBe(path.join(folder, 'data'));
});
