import type { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { withProcessOptions } from './process-options.ts';

/** `waybill subscriber`: the events of Qlik Cloud from the MQTT broker, in a process of its own. */
export function addSubscriberCommand(program: Command, environment: Environment): void {
  const command = program
    .command('subscriber')
    .description('take the events of Qlik Cloud from the MQTT broker, as its own process');
  withProcessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill subscriber --config waybill.yaml    beside `waybill worker`, against the same Temporal service and ledger',
    )
    .action(async (_options: unknown, self: Command) => {
      const { subscriberProcess } = await import('./subscriber-process.ts');
      const { runProcess } = await import('./run-process.ts');
      await runProcess(self, environment, subscriberProcess);
    });
}
