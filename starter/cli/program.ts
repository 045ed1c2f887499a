import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { addConfigCommands } from './config-commands.ts';
import { addDemoCommand } from './demo-command.ts';
import { addListenerCommand } from './listener-command.ts';
import { addSandboxCommand } from './sandbox-command.ts';
import { addUpCommand } from './up-command.ts';
import { addWorkerCommand } from './worker-command.ts';

const examples = `
Examples:
  waybill demo                              see one promotion happen, with no Qlik site at all
  waybill config check                      is waybill.yaml right, and where would apps go?
  waybill up                                run Waybill on this machine
  waybill list --waiting                    what waits for an approval
  waybill approve "Sales" --to test:overwrite

\`waybill <command> --help\` tells more. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.`;

/** The program \`waybill\` with all its commands, which throw what goes wrong. */
export function createProgram(environment: Environment): Command {
  const program = new Command('waybill')
    .description('Promotes Qlik Sense apps from one site to others, past an approval.')
    .version(versionOfPackage(), '-V, --version', 'print the version')
    .option('-c, --config <file>', 'configuration file (default: waybill.yaml in this folder)')
    .option('--debug', 'show where an error comes from (also: WAYBILL_DEBUG=1)')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', examples)
    .showHelpAfterError('With --help it says what there is.')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'waybill: ')) })
    .exitOverride();
  program.commandsGroup('Run Waybill:');
  addUpCommand(program, environment);
  addWorkerCommand(program, environment);
  addListenerCommand(program, environment);
  program.commandsGroup('Set it up:');
  addConfigCommands(program);
  program.commandsGroup('Try it:');
  addDemoCommand(program);
  addSandboxCommand(program);
  return program;
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
