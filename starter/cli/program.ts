import { readFileSync } from 'node:fs';
import { Command, type OutputConfiguration } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { addBackupCommand } from './backup-command.ts';
import { addConfigCommands } from './config-commands.ts';
import { addConsoleCommand } from './console-command.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addGatewayCommand } from './gateway-command.ts';
import { addInitCommand } from './init-command.ts';
import { addListenerCommand } from './listener-command.ts';
import { addServiceCommand } from './service-command.ts';
import { addSubscriberCommand } from './subscriber-command.ts';
import { addPromotionCommands } from './promotion-commands.ts';
import { addRestoreCommand } from './restore-command.ts';
import { addSandboxCommand } from './sandbox-command.ts';
import { addUpCommand } from './up-command.ts';
import { addWorkerCommand } from './worker-command.ts';

/** What the list of commands says of each, on one line of a small terminal. */
const summaries: Readonly<Record<string, string>> = {
  list: 'what waits, what is stuck and why, what has ended',
  show: 'what happened to an app: who decided, what went where',
  audit: 'who did what and when; export it, check it',
  approve: 'approve an app that waits',
  deny: 'deny an app that waits',
  retry: 'try a stuck step again now',
  skip: 'do without one target; the others go on',
  abort: 'end a delivery or a promotion; the source stays as it is',
  rebuild: 'start again what is open, after Temporal lost its data',
  pause: 'begin nothing new at a site, or at all of them',
  resume: 'go on at a site that is paused',
  adopt: 'take up, or dismiss, decisions that nobody acts on',
  backup: 'copy ledger, Temporal, apps and settings, while all runs',
  restore: 'put such a backup back, after it was verified',
  console: 'serve the web page: inbox, promotions, audit',
  gateway: 'take the webhooks of Qlik Cloud, publish them to MQTT',
  subscriber: 'take the events of Qlik Cloud from MQTT, for alerts',
  init: 'test sites, set up the source, write waybill.yaml',
  service: 'run it as a service of Windows or systemd',
  doctor: 'look at everything it needs, and say what to do',
  config: 'check and show the configuration, or import one',
  demo: 'see a promotion or an alert happen, on this machine alone',
  sandbox: 'start stand-ins for Qlik sites, a mailbox and S3',
};

const examples = `
Examples:
  waybill demo                         see one promotion happen, without any Qlik site
  waybill init                         set it up: sites, custom properties, waybill.yaml
  waybill config check                 is waybill.yaml right, and where would apps go?
  waybill up                           run Waybill on this machine
  waybill doctor                       does everything work, and what is to be done?
  waybill list --waiting               what waits for an approval
  waybill approve "Sales Overview" --to test:Overwrite --stream Sales

\`waybill <command> --help\` tells more.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found, 4 trouble with the ledger.`;

/** The program `waybill` with all its commands; what goes wrong is thrown. */
export function createProgram(environment: Environment, output: OutputConfiguration = {}): Command {
  const program = new Command('waybill')
    .description('Promotes Qlik Sense apps from one site to others, past an approval.')
    .usage('<command> [options]')
    .version(versionOfPackage(), '-V, --version', 'print the version')
    .option('-c, --config <file>', 'configuration file (default: waybill.yaml)')
    .option('--debug', 'show where an error comes from (or set WAYBILL_DEBUG=1)')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', examples)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError('With --help it says what there is.')
    .configureOutput({ ...output, outputError: (text, write) => write(text.replace(/^error: /, 'waybill: ')) })
    .exitOverride();
  program.commandsGroup('Run it:');
  addUpCommand(program, environment);
  addWorkerCommand(program, environment);
  addListenerCommand(program, environment);
  addConsoleCommand(program, environment);
  addGatewayCommand(program, environment);
  addSubscriberCommand(program, environment);
  program.commandsGroup('Look and decide:');
  addPromotionCommands(program);
  program.commandsGroup('Keep it safe:');
  addBackupCommand(program, versionOfPackage());
  addRestoreCommand(program, environment);
  program.commandsGroup('Set it up and try it:');
  addInitCommand(program, environment);
  addServiceCommand(program, environment);
  addDoctorCommand(program);
  addConfigCommands(program);
  addDemoCommand(program);
  addSandboxCommand(program);
  for (const command of program.commands) command.summary(summaries[command.name()] ?? '');
  return program;
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
