import type { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { withProcessOptions } from './process-options.ts';

/** `waybill listener`: the callbacks of the Qlik sites, in a process of its own. */
export function addListenerCommand(program: Command, environment: Environment): void {
  const command = program.command('listener').description('take the callbacks of the Qlik sites, as its own process');
  withProcessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill listener --config waybill.yaml    beside `waybill worker`, against the same Temporal service',
    )
    .action(async (_options: unknown, self: Command) => {
      const { listenerProcess } = await import('./listener-process.ts');
      const { runProcess } = await import('./run-process.ts');
      await runProcess(self, environment, listenerProcess);
    });
}
