import { type Command, Option } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { createPrinter, withCommonOptions } from './cli-context.ts';
import type { InitOptions } from './init-options.ts';
import { runInit } from './init-run.ts';
import { runUndo } from './init-undo.ts';

const help = `
Without options it asks. It can be repeated: what is there already stays, and only what differs is changed. What it makes
or changes at the source stands in waybill-init.json beside waybill.yaml, for --undo. Run it on the machine, and under the
account, that Waybill is to run on: it uses the certificates of the sites.`;

/** Adds `waybill init`: sets up a source and writes the configuration, or takes that back with `--undo`. */
export function addInitCommand(program: Command, environment: Environment): void {
  const command = program
    .command('init')
    .description('set Waybill up: test the sites, make what is missing at the source, write waybill.yaml')
    .option('--source <alias=host>', 'the site that apps come from, as in dev=qlik-dev.company.com, or with :<port>')
    .option('--target <alias=host...>', 'sites that apps go to')
    .option(
      '--certificates <alias=folder...>',
      'folders of certificates (usual: certificates/<alias> beside waybill.yaml)',
    )
    .option(
      '--certificate-password <alias=source...>',
      'where the password of a key stands: ${env:NAME} or ${file:PATH}',
    )
    .option('--server-name <alias=name...>', 'names in the certificates of servers, where they differ from the hosts')
    .option('--user <alias=account...>', 'accounts that Waybill acts as (usual: INTERNAL\\sa_api)')
    .option('--stream <name...>', 'streams at the targets that people may choose')
    .addOption(
      new Option('--after-promotion <what>', 'what becomes of the app at the source (usual: unpublish)').choices([
        'unpublish',
        'strip',
        'by-property',
      ]),
    )
    .option('--approver <who...>', 'anyone, or accounts as DIRECTORY\\user and groups as group:Name (usual: anyone)')
    .addOption(
      new Option('--owner-may-approve <answer>', 'may owners approve their own apps? (usual: yes)').choices([
        'yes',
        'no',
      ]),
    )
    .addOption(
      new Option('--promote-on-reload <answer>', 'may apps be promoted after each reload? (usual: no)').choices([
        'yes',
        'no',
      ]),
    )
    .addOption(
      new Option('--security-rules <what>', 'make security rules at the source? (usual: skip)').choices([
        'skip',
        'create',
      ]),
    )
    .option('--dry-run', 'test the sites and show the plan, and do nothing')
    .option('--undo', 'take back what an earlier init made, as far as nobody uses it')
    .option('--force', 'with --undo: also what is in use, or was changed since')
    .option('-y, --yes', 'ask nothing: what no option says is as it is now, or as usual')
    .addHelpText('after', help)
    .action((_options: unknown, called: Command) => run(called, environment));
  withCommonOptions(command, [
    'init',
    'init --source dev=qlik-dev.company.com --target test=qlik-test.company.com --stream Sales --yes',
    'init --dry-run',
    'init --undo',
  ]);
}

/** @throws what `runInit` and `runUndo` throw */
async function run(command: Command, environment: Environment): Promise<void> {
  const options = command.optsWithGlobals<InitOptions>();
  const printer = createPrinter(command, options.json ?? false);
  await (options.undo ? runUndo(printer, options, environment) : runInit(printer, options));
}
