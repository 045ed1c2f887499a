import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installService, serviceStatus, uninstallService } from '../../../starter/service/change-service.ts';
import type { RanProgram } from '../../../starter/service/run-program.ts';
import { serviceFacts } from '../../../starter/service/service-facts.ts';
import { systemdManager } from '../../../starter/service/systemd-manager.ts';
import { winswManager } from '../../../starter/service/winsw-manager.ts';
import { smallest, writeConfig } from '../../config/write-config.ts';
import { waybillOnce } from '../waybill-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-service-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A system that answers as told and notes what it was asked. */
function system(answers: Readonly<Record<string, Partial<RanProgram>>> = {}) {
  const asked: string[] = [];
  const run = async (program: string, args: readonly string[]): Promise<RanProgram> => {
    const command = [path.basename(program), ...args].join(' ');
    asked.push(command);
    return { exitCode: 0, stdout: '', stderr: '', ...answers[command] };
  };
  return { asked, run };
}

const facts = (more: object = {}) =>
  serviceFacts({ process: 'gateway', name: 'Waybill', configFile: path.join(folder, 'gateway.yaml'), ...more });
const never = (): Promise<void> => Promise.reject(new Error('nothing had to be asked'));
const agreed = async (): Promise<void> => undefined;

describe.skipIf(process.platform !== 'linux')('waybill service, with systemd and a folder of its own', () => {
  let config: string;
  beforeEach(() => {
    config = writeConfig(smallest, folder);
  });

  const service = async (...args: string[]) => {
    const run = await waybillOnce(['service', ...args, '--unit-folder', folder, '--config', config]);
    return run;
  };

  it('installs, tells its status, leaves the same alone, shows what differs, and removes it', async () => {
    const file = path.join(folder, 'waybill.service');
    const written = await service('install', '--user', 'nobody');
    expect(written).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`is in ${file}`) as string });
    expect(await readFile(file, 'utf8')).toContain('User=nobody\n');
    expect((await stat(file)).mode & 0o777).toBe(0o644);

    const again = await service('install', '--user', 'nobody', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ name: 'Waybill', file, definition: 'unchanged' });
    const status = await service('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({
      installed: true,
      running: null,
      log: 'journalctl -u waybill.service',
    });

    const refused = await service('install', '--user', 'daemon');
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('WAYBILL_SERVICE_DIFFERS') as string,
    });
    expect(refused.stderr).toContain('- User=nobody\n+ User=daemon');
    expect(await service('install', '--user', 'daemon', '--force')).toMatchObject({ exitCode: 0 });

    expect(await service('uninstall')).toMatchObject({ exitCode: 0 });
    expect(existsSync(file)).toBe(false);
    expect(JSON.parse((await service('uninstall', '--json')).stdout)).toMatchObject({ removed: false });
  });

  it('shows the definition with --print and writes nothing', async () => {
    const { stdout } = await service('install', '--print', '--process', 'worker');

    expect(stdout).toContain(` worker --config ${config}\n`);
    expect(existsSync(path.join(folder, 'waybillworker.service'))).toBe(false);
  });

  it('wants an account to be named', async () => {
    expect(await service('install')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Add --user') as string,
    });
  });
});

describe('a service of systemd', () => {
  const file = (): string => path.join(folder, 'waybill.service');
  /** In the system's place a folder, but systemd is told as on the system. */
  const managerWith = ({ run }: ReturnType<typeof system>) => {
    const manager = systemdManager({ run, isRoot: true });
    return { ...manager, fileOf: file };
  };

  it('is made known and started with the system, and stopped before it is removed', async () => {
    const systemd = system({ 'systemctl is-active waybill.service': { stdout: 'inactive\n', exitCode: 3 } });

    const { next } = await installService(managerWith(systemd), facts(), never);
    await uninstallService(managerWith(systemd), 'Waybill');

    expect(next).toEqual(['Start it: systemctl start waybill.service']);
    expect(systemd.asked).toEqual([
      'systemctl daemon-reload',
      'systemctl enable waybill.service',
      'systemctl is-active waybill.service',
      'systemctl disable --now waybill.service',
      'systemctl daemon-reload',
    ]);
  });

  it('asks before another definition is replaced, and says that it runs with the former one', async () => {
    const systemd = system({ 'systemctl is-active waybill.service': { stdout: 'active\n' } });
    await installService(managerWith(systemd), facts({ account: 'one' }), never);
    const asked: string[] = [];

    const { definition, next } = await installService(
      managerWith(systemd),
      facts({ account: 'two' }),
      async (_f, text) => {
        asked.push(text);
      },
    );

    expect(asked).toEqual(['- User=one\n+ User=two']);
    expect({ definition, next }).toEqual({
      definition: 'replaced',
      next: ['It runs with the former definition until: systemctl restart waybill.service'],
    });
  });

  it('tells what the system knows of it', async () => {
    const systemd = system({
      'systemctl is-enabled waybill.service': { stdout: 'enabled\n' },
      'systemctl is-active waybill.service': { stdout: 'failed\n', exitCode: 3 },
    });
    await installService(managerWith(systemd), facts(), never);

    expect(await serviceStatus(managerWith(systemd), 'Waybill')).toMatchObject({ enabled: true, running: false });
  });

  it('leaves a file alone that Waybill did not write', async () => {
    await writeFile(file(), '[Unit]\nDescription=somebody else\n');
    const manager = managerWith(system());

    for (const attempt of [installService(manager, facts(), agreed), uninstallService(manager, 'Waybill')]) {
      await expect(attempt).rejects.toMatchObject({ code: 'WAYBILL_SERVICE_FOREIGN' });
    }
    expect(await readFile(file(), 'utf8')).toContain('somebody else');
  });

  it('wants root, and changes nothing without', async () => {
    const manager = systemdManager({ run: system().run, isRoot: false });

    await expect(installService(manager, facts(), never)).rejects.toMatchObject({
      code: 'WAYBILL_SERVICE_NOT_ADMINISTRATOR',
    });
  });

  it('says which command of the system failed, and why', async () => {
    const systemd = system({ 'systemctl daemon-reload': { exitCode: 1, stderr: 'Failed to connect to bus\n' } });

    await expect(installService(managerWith(systemd), facts(), never)).rejects.toMatchObject({
      code: 'WAYBILL_SERVICE_COMMAND_FAILED',
      message: '`systemctl daemon-reload` failed: Failed to connect to bus.',
    });
  });
});

describe('a Windows service by WinSW', () => {
  const program = (): string => path.join(folder, 'Waybill.exe');
  const managerWith = ({ run }: ReturnType<typeof system>) => winswManager({ folder, run });

  it('has its definition written and tells where WinSW is to be put, when it is not there', async () => {
    const windows = system();

    const { next, file } = await installService(managerWith(windows), facts(), never);

    expect(file).toBe(path.join(folder, 'Waybill.xml'));
    expect(next.join('\n')).toContain(`WinSW is not at ${program()}. Download`);
    expect(windows.asked).toEqual(['fltmc.exe']);
  });

  it('is installed once, asks for the account by hand where it has a password, and is stopped before it is removed', async () => {
    await writeFile(program(), '');
    const fresh = system({ 'Waybill.exe status': { stdout: 'NonExistent\r\n' } });
    const { next } = await installService(managerWith(fresh), facts({ account: 'COMPANY\\svc' }), never);
    expect(fresh.asked).toEqual(['fltmc.exe', 'Waybill.exe status', 'Waybill.exe install']);
    expect(next).toEqual([
      'Give it its account: sc.exe config Waybill obj= "COMPANY\\svc" password= "…"',
      `Start it: "${program()}" start`,
    ]);

    const running = system({ 'Waybill.exe status': { stdout: 'Started\r\n' } });
    const again = await installService(managerWith(running), facts(), never);
    expect(again).toMatchObject({ definition: 'unchanged', next: [] });
    expect(await serviceStatus(managerWith(running), 'Waybill')).toMatchObject({ enabled: true, running: true });
    running.asked.length = 0;
    await uninstallService(managerWith(running), 'Waybill');
    expect(running.asked).toEqual(['fltmc.exe', 'Waybill.exe status', 'Waybill.exe stop', 'Waybill.exe uninstall']);
    expect(existsSync(path.join(folder, 'Waybill.xml'))).toBe(false);
  });

  it('stays as it is when Windows still knows it and WinSW is gone', async () => {
    await installService(managerWith(system()), facts(), never);

    await expect(uninstallService(managerWith(system()), 'Waybill')).rejects.toMatchObject({
      code: 'WAYBILL_SERVICE_COMMAND_FAILED',
    });

    expect(existsSync(path.join(folder, 'Waybill.xml'))).toBe(true);
    const unknown = system({ 'sc.exe query Waybill': { exitCode: 1060 } });
    expect(await uninstallService(managerWith(unknown), 'Waybill')).toMatchObject({ removed: true });
  });

  it('wants an administrator', async () => {
    const windows = system({ 'fltmc.exe': { exitCode: 5, stderr: 'Access is denied.' } });

    await expect(installService(managerWith(windows), facts(), never)).rejects.toMatchObject({
      code: 'WAYBILL_SERVICE_NOT_ADMINISTRATOR',
    });
  });
});
