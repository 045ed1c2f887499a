import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { InitReport } from '../../../starter/cli/init-run.ts';
import type { UndoReport } from '../../../starter/cli/init-undo.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { endAll, waybill } from '../waybill-process.ts';
import { type InitWorld, startInitWorld } from './init-world.ts';

let world: InitWorld;
beforeEach(async () => {
  world = await startInitWorld();
});
afterEach(async () => {
  process.exitCode = undefined;
  endAll();
  await world.close();
});

const containing = (text: string): string => expect.stringContaining(text) as string;
const namesAt = (kind: 'CustomPropertyDefinition' | 'SystemRule' | 'Tag'): unknown[] =>
  world.source.entities(kind).map(({ name }) => name);
const propertyNamed = (name: string) =>
  world.source.entities('CustomPropertyDefinition').find((one) => one['name'] === name);
const writes = (): number => world.source.requests().filter(({ method }) => method !== 'GET').length;
const all = () => [...world.sites, '--stream', 'Sales', '--yes'];

describe('waybill init', () => {
  it('makes the custom properties, writes the configuration, and says how to go on', async () => {
    const { exitCode, stdout } = await world.init(...all());

    expect(exitCode).toBe(0);
    expect(propertyNamed('PromoteToServer')).toMatchObject({
      choiceValues: ['test - Overwrite', 'test - Duplicate'],
      objectTypes: ['App'],
    });
    expect(propertyNamed('PromoteToStream')).toMatchObject({ choiceValues: ['Sales'] });
    expect(propertyNamed('PromotionApproval')).toMatchObject({ choiceValues: ['Approve', 'Deny'] });
    expect(namesAt('SystemRule')).toEqual(['OwnerUpdateApp', 'ReadCustomProperties']);
    expect(parse(readFileSync(world.configFile, 'utf8'))).toMatchObject({ targets: { test: {} } });
    for (const next of ['waybill up', 'waybill doctor', 'waybill list --waiting']) expect(stdout).toContain(next);
    expect(world.target.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('changes nothing a second time, and needs no options for it', async () => {
    await world.init(...all(), '--security-rules', 'create', '--promote-on-reload', 'yes');
    const before = [writes(), readFileSync(world.configFile, 'utf8'), readFileSync(world.recordFile, 'utf8')];

    const { exitCode, stdout } = await world.init('--yes', '--security-rules', 'create');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('nothing was changed');
    expect([writes(), readFileSync(world.configFile, 'utf8'), readFileSync(world.recordFile, 'utf8')]).toEqual(before);
  });

  it('extends what people can choose by another stream, and takes off none that is in use', async () => {
    await world.init(...all());
    const app = world.source.actAs.createApp({ name: 'Overview', owner: 'COMPANY\\rep' });
    world.source.actAs.setProperties(app, 'COMPANY\\rep', { PromoteToStream: ['Sales'] });

    const { stdout } = await world.init('--stream', 'Finance', '--yes');

    expect(propertyNamed('PromoteToStream')).toMatchObject({ choiceValues: ['Sales', 'Finance'] });
    expect(stdout).toContain('"Sales". They stay');
  });

  it('shows all that it would do with --dry-run, and does none of it', async () => {
    const { exitCode, stdout } = await world.init(...all(), '--security-rules', 'create', '--dry-run');

    expect(exitCode).toBe(0);
    for (const text of [
      'Make the custom property PromoteToServer',
      'Disable the security rule OwnerUpdateApp',
      'like "Promot*"',
    ])
      expect(stdout).toContain(text);
    expect([writes(), existsSync(world.configFile), existsSync(world.recordFile)]).toEqual([0, false, false]);
  });

  it('makes what each answer asks for', async () => {
    const policy = ['--after-promotion', 'by-property', '--approver', 'COMPANY\\manager', 'group:Sales, North'];
    await world.init(...all(), ...policy, '--owner-may-approve', 'no', '--promote-on-reload', 'yes');

    expect(namesAt('CustomPropertyDefinition')).toEqual(
      expect.arrayContaining(['PromotionUnpublish', 'PromoteOnReload']),
    );
    expect(namesAt('Tag')).toEqual(['PromoteOnReload']);
    expect(parse(readFileSync(world.configFile, 'utf8'))).toMatchObject({
      sources: {
        dev: {
          afterPromotion: { unpublish: 'byProperty' },
          approval: { approvers: { users: ['COMPANY\\manager'], groups: ['Sales, North'] }, ownerMayApprove: false },
          promoteOnReload: { enabled: true },
        },
      },
    });
  });

  it('prints one JSON document', async () => {
    const { stdout } = await world.init(...all(), '--json');

    const report = JSON.parse(stdout) as InitReport;
    expect(report).toMatchObject({ source: 'dev', dryRun: false, configuration: { became: 'written' } });
    expect(report.done).toHaveLength(4);
  });

  it.each([
    ['the source', ['--yes'], '--source <alias>=<host>'],
    ['the target', ['--source', 'dev=localhost', '--yes'], '--target <alias>=<host>'],
  ])('names the option that is missing where nobody can be asked: %s', async (_, args, flag) => {
    const { exitCode, stderr } = await world.init(...args);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('Code: WAYBILL_SETUP_ANSWER_MISSING');
    expect(stderr).toContain(`Add ${flag}`);
  });

  it('names the option for streams together with the streams that there are', async () => {
    const { exitCode, stderr } = await world.init(...world.sites, '--yes');

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/the targets have Finance, Sales, and nobody[^]*Add --stream <name...>/);
    expect(existsSync(world.configFile)).toBe(false);
  });

  it('refuses to do anything without a terminal and without --yes', async () => {
    const user = ['--user', 'dev=INTERNAL\\sa_api', 'test=INTERNAL\\sa_api'];
    const policy = ['--after-promotion', 'strip', '--approver', 'anyone', '--owner-may-approve', 'yes'];
    const rest = ['--promote-on-reload', 'no', '--security-rules', 'skip', '--stream', 'Sales'];
    const args = [...world.sites, ...user, ...policy, ...rest];

    expect(await world.init(...args)).toMatchObject({ exitCode: 2, stderr: containing('Add --yes') });
    expect([writes(), existsSync(world.configFile)]).toEqual([0, false]);
    expect(await world.init(...args, '--dry-run')).toMatchObject({ exitCode: 0 });
  });

  it.each([
    [['--source', 'Dev=localhost'], 'small letters'],
    [['--source', 'dev=https://localhost'], 'without https://'],
    [['--source', 'dev=localhost:99999'], 'from 1 to 65535'],
    [['--source', 'dev'], '--source <alias>=<value>'],
    [['--source', 'dev=a', '--target', 'dev=b'], 'named twice'],
    [['--user', 'dev=nobody'], 'DIRECTORY\\user'],
  ])('says what is wrong with %j', async (args, reason) => {
    const { exitCode, stderr } = await world.init(...args, '--yes');

    expect(exitCode).toBe(2);
    expect(stderr).toContain('Code: WAYBILL_SETUP_ANSWER_WRONG');
    expect(stderr).toContain(reason);
  });

  it('refuses a stream that no target has, and approvers that are none', async () => {
    const stream = await world.init(...world.sites, '--stream', 'Sale', '--yes');
    const approver = await world.init(...all(), '--approver', 'everybody');

    expect(stream.stderr).toContain('there are Finance, Sales');
    expect(approver.stderr).toContain('expected the word anyone');
    expect(writes()).toBe(0);
  });

  it('takes no password itself, only where it stands', async () => {
    const { exitCode, stderr } = await world.init(...all(), '--certificate-password', 'dev=canary');

    expect(exitCode).toBe(2);
    expect(stderr).toContain('Code: WAYBILL_SETUP_SECRET_IN_PLAIN_TEXT');
    expect(stderr).not.toContain('canary');
  });

  it('says what is to be mended where a site cannot be used, and changes nothing', async () => {
    await world.target.goDown();

    const { exitCode, stdout, stderr } = await world.init(...all());

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Waybill cannot work with site test yet: [^]*Code: WAYBILL_SETUP_SITES_UNFIT/);
    expect(stderr).toContain('whether the Qlik Sense Repository Service runs');
    expect(stdout).toContain('site.port');
    expect([writes(), existsSync(world.configFile)]).toEqual([0, false]);
  });

  it('refuses a configuration that has problems', async () => {
    writeFileSync(world.configFile, 'sites: []\n');

    expect(await world.init(...all())).toMatchObject({ exitCode: 2, stderr: containing('WAYBILL_CONFIG_INVALID') });
    expect(writes()).toBe(0);
  });
});

describe('waybill init --undo', () => {
  it('takes back what was made, configuration and record too', async () => {
    await world.init(...all(), '--security-rules', 'create');

    const { exitCode, stdout } = await world.init('--undo', '--yes');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Enable the security rule OwnerUpdateApp again');
    expect(namesAt('CustomPropertyDefinition')).toEqual([]);
    expect(world.source.entities('SystemRule').map(({ name, disabled }) => [name, disabled])).toEqual([
      ['OwnerUpdateApp', false],
      ['ReadCustomProperties', false],
    ]);
    expect([existsSync(world.configFile), existsSync(world.recordFile)]).toEqual([false, false]);
  });

  it('does nothing with --dry-run, nor without a yes', async () => {
    await world.init(...all());
    const before = writes();

    expect(await world.init('--undo', '--dry-run')).toMatchObject({
      exitCode: 0,
      stdout: containing('Delete the custom'),
    });
    expect(await world.init('--undo')).toMatchObject({ exitCode: 2 });
    expect(writes()).toBe(before);
  });

  it('leaves a configuration that was changed since', async () => {
    await world.init(...all());
    writeFileSync(world.configFile, `${readFileSync(world.configFile, 'utf8')}locale: de\n`);

    const { stdout } = await world.init('--undo', '--yes');

    expect(stdout).toContain('stays: it was there before, or was changed since');
    expect(existsSync(world.configFile)).toBe(true);
  });

  it('keeps what is in use, says so with exit code 1, and goes on later', async () => {
    await world.init(...all());
    const app = world.source.actAs.createApp({ name: 'Overview', owner: 'COMPANY\\rep' });
    world.source.actAs.setProperties(app, 'COMPANY\\rep', { PromoteToStream: ['Sales'] });

    const first = await world.init('--undo', '--yes', '--json');
    expect(first.exitCode).toBe(1);
    expect((JSON.parse(first.stdout) as UndoReport).kept).toHaveLength(1);
    expect(namesAt('CustomPropertyDefinition')).toEqual(['PromoteToStream']);
    world.source.actAs.setProperties(app, 'COMPANY\\rep', { PromoteToStream: [] });

    expect(await world.init('--undo', '--yes')).toMatchObject({ exitCode: 0 });
    expect(namesAt('CustomPropertyDefinition')).toEqual([]);
  });

  it('has nothing to do where nothing was set up', async () => {
    expect(await world.init('--undo', '--yes')).toMatchObject({
      exitCode: 3,
      stderr: containing('WAYBILL_SETUP_NOTHING_TO_UNDO'),
    });
  });
});

describe('a process that is killed half-way', () => {
  /** Runs until the site has carried out the n-th write of this kind, and kills it before it hears of that. */
  async function kill(args: readonly string[], method: string, nth: number): Promise<void> {
    const fault = world.source.faults.add({ method, nth, effect: { type: 'hang' }, when: 'after' });
    const run = waybill(['init', '--config', world.configFile, ...args], { cwd: world.folder });
    await waitFor(
      'the write',
      () => world.source.faults.struck(fault) > 0 && world.source.requests().at(-1)?.method === method,
    );
    await run.stop('SIGKILL');
    world.source.faults.clear(fault);
  }

  it('leaves a record by which another run goes on, or takes all of it back', async () => {
    const args = [...all(), '--security-rules', 'create'];
    await kill(args, 'POST', 6);
    expect(namesAt('CustomPropertyDefinition')).toHaveLength(5);
    expect(path.basename(world.recordFile)).toBe('waybill-init.json');

    expect(await world.init(...args)).toMatchObject({ exitCode: 0 });
    expect(namesAt('CustomPropertyDefinition')).toHaveLength(7);
    await kill(['--undo', '--yes'], 'DELETE', 4);
    expect(await world.init('--undo', '--yes')).toMatchObject({ exitCode: 0 });

    expect(namesAt('CustomPropertyDefinition')).toEqual([]);
    expect(namesAt('SystemRule')).toHaveLength(2);
  });

  it('can be undone at once', async () => {
    await kill([...all(), '--security-rules', 'create'], 'PUT', 1);
    expect(world.source.entities('SystemRule').filter(({ disabled }) => disabled)).toHaveLength(1);

    expect(await world.init('--undo', '--yes')).toMatchObject({ exitCode: 0 });

    expect(world.source.entities('SystemRule').filter(({ disabled }) => disabled)).toEqual([]);
    expect(namesAt('CustomPropertyDefinition')).toEqual([]);
  });
});
