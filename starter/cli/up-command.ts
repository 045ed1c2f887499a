import type { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { withProcessOptions } from './process-options.ts';

/** `waybill up`: everything that a small site needs, in one process and the Temporal server beside it. */
export function addUpCommand(program: Command, environment: Environment): void {
  const command = program.command('up').description('run everything, all in one: Temporal, worker and listener');
  withProcessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill up                            with waybill.yaml of this folder\n  waybill up --config sales.yaml --log-level debug',
    )
    .action(async (_options: unknown, self: Command) => {
      const { upProcess } = await import('./up-process.ts');
      const { runProcess } = await import('./run-process.ts');
      await runProcess(self, environment, upProcess);
    });
}
