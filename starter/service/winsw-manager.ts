import { existsSync } from 'node:fs';
import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { type RunProgram, runWell } from './run-program.ts';
import type { ServiceManager } from './service-manager.ts';
import { needsPassword, winswDefinition, XML_MARKER } from './winsw-definition.ts';

/** `sc query` ends with it for a service that there is not (Windows: ERROR_SERVICE_DOES_NOT_EXIST). */
const NO_SUCH_SERVICE = 1060;

export interface WinswOptions {
  /** Folder of the definition, and of WinSW under the name of the service. */
  readonly folder: string;
  /** WinSW, where it stands elsewhere or under another name; the definition then stands beside it, under its name. */
  readonly winsw?: string;
  readonly run: RunProgram;
}

/**
 * Windows services by WinSW, a program that stands beside a definition of its own name (its page "Installation"). Waybill
 * does not fetch it. `WinSW status` prints NonExistent, Started or Stopped.
 */
export function winswManager({ folder, winsw, run }: WinswOptions): ServiceManager {
  const wrapper = (name: string): string => winsw ?? path.join(folder, `${name}.exe`);
  const fileOf = (name: string): string => wrapper(name).replace(/\.exe$/i, '') + '.xml';
  const status = async (name: string): Promise<string> => (await run(wrapper(name), ['status'])).stdout.trim();
  const isRegistered = async (name: string): Promise<boolean> =>
    (await run('sc.exe', ['query', name])).exitCode !== NO_SUCH_SERVICE;
  return {
    fileOf,
    definition: winswDefinition,
    marker: XML_MARKER,
    mode: 0o600,
    async requireAdministrator() {
      // It answers only in an elevated session, and changes nothing.
      if ((await run('fltmc.exe', [])).exitCode === 0) return;
      const how = 'in a command prompt that was opened with "Run as administrator"';
      throw waybillError('WAYBILL_SERVICE_NOT_ADMINISTRATOR', { who: 'an administrator', how });
    },
    async register({ name, account }, changed) {
      const program = wrapper(name);
      if (!existsSync(program)) {
        return [
          `WinSW is not at ${program}. Download WinSW-x64.exe of https://github.com/winsw/winsw/releases,`,
          'put it there under that name, and repeat this command.',
        ];
      }
      const isNew = /nonexistent/i.test(await status(name));
      if (isNew) await runWell(run, program, ['install']);
      const password = needsPassword(account)
        ? [`Give it its account: sc.exe config ${name} obj= "${account}" password= "…"`]
        : [];
      if (isNew) return [...password, `Start it: "${program}" start`];
      return changed ? [...password, `It runs with the former definition until: "${program}" restart`] : password;
    },
    async unregister(name) {
      const program = wrapper(name);
      if (!existsSync(program)) {
        if (!(await isRegistered(name))) return;
        const reason = `WinSW is no longer at ${program}`;
        throw waybillError('WAYBILL_SERVICE_COMMAND_FAILED', { command: `${program} uninstall`, reason });
      }
      const before = await status(name);
      if (/nonexistent/i.test(before)) return;
      if (/started|running/i.test(before)) await runWell(run, program, ['stop']);
      await runWell(run, program, ['uninstall']);
    },
    forget: async () => undefined,
    async look(name) {
      if (!existsSync(wrapper(name))) return { enabled: await isRegistered(name), running: null };
      const said = await status(name);
      return { enabled: !/nonexistent/i.test(said), running: /started|running/i.test(said) };
    },
    logOf: (name) =>
      `${name}.out.log, ${name}.err.log and ${name}.wrapper.log in the folder that ${fileOf(name)} names as logpath`,
  };
}
