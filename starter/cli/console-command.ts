import type { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { addConsoleLinkCommand } from './console-link-command.ts';
import { withProcessOptions } from './process-options.ts';

/** `waybill console`: the web page, in a process of its own. */
export function addConsoleCommand(program: Command, environment: Environment): void {
  const command = program.command('console').description('serve the web page, as its own process');
  withProcessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill console --config waybill.yaml    beside `waybill worker`, against the same ledger',
    )
    .action(async (_options: unknown, self: Command) => {
      const { consoleProcess } = await import('./console-process.ts');
      const { runProcess } = await import('./run-process.ts');
      await runProcess(self, environment, consoleProcess);
    });
  addConsoleLinkCommand(command);
}
