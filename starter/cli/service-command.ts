import path from 'node:path';
import { type Command, Option } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { plainLines } from '../../common/plain-text.ts';
import { defaultFileName, loadConfig } from '../../config/load.ts';
import type { Environment } from '../../temporal/server-cache.ts';
import {
  type InstalledService,
  installService,
  type RemovedService,
  serviceStatus,
  type ServiceStatus,
  uninstallService,
} from '../service/change-service.ts';
import { runProgram } from '../service/run-program.ts';
import {
  serviceFacts,
  type ServiceFacts,
  serviceName,
  type ServiceProcess,
  serviceProcesses,
} from '../service/service-facts.ts';
import type { ServiceManager } from '../service/service-manager.ts';
import { systemdManager } from '../service/systemd-manager.ts';
import { winswManager } from '../service/winsw-manager.ts';
import { askYes } from './ask-yes.ts';
import { withCommonOptions } from './cli-context.ts';

interface ServiceCommandOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly name?: string;
  readonly process: ServiceProcess;
  readonly user?: string;
  readonly unitFolder?: string;
  readonly winsw?: string;
  readonly print?: boolean;
  readonly force?: boolean;
}

/** The JSON of `waybill service … --json`. Fields are added to it, never renamed or removed. */
export type ServiceReport = InstalledService | RemovedService | ServiceStatus;

/** Adds `waybill service install`, `uninstall` and `status`: Waybill as a service of this system. */
export function addServiceCommand(program: Command, environment: Environment): void {
  const service = program.command('service').description('run Waybill as a service of Windows or of systemd');
  const add = (name: string, description: string): Command =>
    withServiceOptions(service.command(name).description(description), name);
  add('install', 'write the definition of a service and make the system know it')
    .option('--user <account>', 'account that the service runs as; on Linux it has to be named')
    .option('--print', 'show the definition, and change nothing')
    .option('--force', 'replace another definition without asking')
    .action((_options: unknown, command: Command) => install(command, environment));
  add('uninstall', 'stop such a service and remove what install wrote').action((_options: unknown, command: Command) =>
    uninstall(command),
  );
  add('status', 'tell whether it is installed, starts with the system, runs, and where its log is').action(
    (_options: unknown, command: Command) => status(command),
  );
}

function withServiceOptions(command: Command, name: string): Command {
  const processes = new Option('--process <process>', 'what the service runs').choices(serviceProcesses).default('up');
  command
    .addOption(processes)
    .option('--name <name>', 'name of the service (default: Waybill, or WaybillWorker and the like)')
    .option('--unit-folder <folder>', 'folder of the definition, in place of the usual one')
    .option('--winsw <file>', 'WinSW, where it does not stand in that folder under the name of the service');
  return withCommonOptions(command, [`service ${name}`, `service ${name} --process worker`]);
}

async function install(command: Command, environment: Environment): Promise<void> {
  const options = command.optsWithGlobals<ServiceCommandOptions>();
  const manager = managerOf(options);
  const facts = await factsOf(options, environment);
  if (options.print) {
    command.configureOutput().writeOut?.(manager.definition(facts));
    return;
  }
  if (process.platform !== 'win32' && options.user === undefined) {
    const advice = 'Add --user with an account that may read the configuration and write dataFolder.';
    throw waybillError('WAYBILL_CLI_USAGE', { reason: 'it does not say as whom the service runs', advice });
  }
  const report = await installService(manager, facts, async (file, difference) => {
    if (options.force) return;
    if (!process.stdin.isTTY) throw waybillError('WAYBILL_SERVICE_DIFFERS', { file, difference });
    await askYes(`Another definition stands in ${file}:\n${difference}\nReplace it?`, false);
  });
  const words = { written: 'is in', replaced: 'was replaced in', unchanged: 'stands already in' };
  print(command, report, [
    `The definition of ${report.name} ${words[report.definition]} ${report.file}`,
    ...report.next,
  ]);
}

async function uninstall(command: Command): Promise<void> {
  const options = command.optsWithGlobals<ServiceCommandOptions>();
  const report = await uninstallService(managerOf(options), nameOf(options));
  const text = report.removed ? 'was removed' : 'does not exist; nothing was done';
  print(command, report, [`${report.file} ${text}`]);
}

async function status(command: Command): Promise<void> {
  const options = command.optsWithGlobals<ServiceCommandOptions>();
  const report = await serviceStatus(managerOf(options), nameOf(options));
  const word = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'yes' : 'no');
  print(command, report, [
    `${report.name}  ${report.file}`,
    `  installed                ${word(report.installed)}`,
    `  known to the system      ${word(report.enabled)}`,
    `  running                  ${word(report.running)}`,
    `  what it prints           ${report.log}`,
    '  its log                  logging.file of the configuration',
  ]);
}

function print(command: Command, report: ServiceReport, lines: readonly string[]): void {
  const { json } = command.optsWithGlobals<ServiceCommandOptions>();
  const text = json ? JSON.stringify(report, null, 2) : plainLines(lines.join('\n'));
  command.configureOutput().writeOut?.(`${text}\n`);
}

function nameOf({ name, process: kind }: ServiceCommandOptions): string {
  return name ?? serviceName(kind);
}

async function factsOf(options: ServiceCommandOptions, environment: Environment): Promise<ServiceFacts> {
  const { name, process: kind, user: account } = options;
  const configFile = path.resolve(options.config ?? (kind === 'gateway' ? 'gateway.yaml' : defaultFileName));
  const config = kind === 'gateway' ? undefined : await loadConfig(configFile, environment);
  return serviceFacts({ name, process: kind, configFile, account, config });
}

/** @throws WAYBILL_SERVICE_UNSUPPORTED, WAYBILL_SERVICE_VALUE_UNUSABLE */
function managerOf({ unitFolder, winsw, config }: ServiceCommandOptions): ServiceManager {
  const folder = unitFolder === undefined ? undefined : path.resolve(unitFolder);
  if (process.platform === 'linux') {
    return systemdManager({ folder, run: runProgram, isRoot: process.getuid?.() === 0 });
  }
  if (process.platform !== 'win32') {
    throw waybillError('WAYBILL_SERVICE_UNSUPPORTED', { platform: process.platform });
  }
  const beside = path.join(path.dirname(path.resolve(config ?? defaultFileName)), 'service');
  return winswManager({ folder: folder ?? beside, winsw: winsw && path.resolve(winsw), run: runProgram });
}
