import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { type RunProgram, runWell } from './run-program.ts';
import type { ServiceManager } from './service-manager.ts';
import { systemdUnit, UNIT_MARKER, unitName } from './systemd-unit.ts';

const SYSTEM_FOLDER = '/etc/systemd/system';

export interface SystemdOptions {
  /** Another folder than the system's: the file is written, and systemd is not told. */
  readonly folder?: string;
  readonly run: RunProgram;
  readonly isRoot: boolean;
}

/** Services of systemd. */
export function systemdManager({ folder, run, isRoot }: SystemdOptions): ServiceManager {
  const isSystem = folder === undefined;
  const systemctl = (...args: string[]): Promise<string> => runWell(run, 'systemctl', args);
  const says = async (question: string, unit: string): Promise<string> =>
    (await run('systemctl', [question, unit])).stdout.trim();
  const running = async (name: string): Promise<boolean> => (await says('is-active', unitName({ name }))) === 'active';
  return {
    fileOf: (name) => path.join(folder ?? SYSTEM_FOLDER, unitName({ name })),
    definition: systemdUnit,
    marker: UNIT_MARKER,
    mode: 0o644,
    async requireAdministrator() {
      if (!isSystem || isRoot) return;
      throw waybillError('WAYBILL_SERVICE_NOT_ADMINISTRATOR', { who: 'root', how: 'as root, with sudo' });
    },
    async register(facts, changed) {
      const unit = unitName(facts);
      if (!isSystem) return [`systemd was not told: ${folder} is not its folder.`];
      if (changed) await systemctl('daemon-reload');
      await systemctl('enable', unit);
      if (!(await running(facts.name))) return [`Start it: systemctl start ${unit}`];
      return changed ? [`It runs with the former definition until: systemctl restart ${unit}`] : [];
    },
    async unregister(name) {
      if (isSystem) await systemctl('disable', '--now', unitName({ name }));
    },
    async forget() {
      if (isSystem) await systemctl('daemon-reload');
    },
    async look(name) {
      if (!isSystem) return { enabled: null, running: null };
      return { enabled: (await says('is-enabled', unitName({ name }))) === 'enabled', running: await running(name) };
    },
    logOf: (name) => `journalctl -u ${unitName({ name })}`,
  };
}
