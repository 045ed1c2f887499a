import type { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { withProcessOptions } from './process-options.ts';

/** `waybill worker`: what does the work, in a process of its own. */
export function addWorkerCommand(program: Command, environment: Environment): void {
  const command = program.command('worker').description('do the work, as its own process; several may run');
  withProcessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill worker --config waybill.yaml    near the Qlik sites, against a Temporal service',
    )
    .action(async (_options: unknown, self: Command) => {
      const { workerProcess } = await import('./worker-process.ts');
      const { runProcess } = await import('./run-process.ts');
      await runProcess(self, environment, workerProcess);
    });
}
