import type { Command } from 'commander';
import { temporalAddress } from '../../temporal/connect.ts';
import { type Environment, type LongRun, runProcess, withProcessOptions } from './run-process.ts';
import { startListening, withListenerPort } from './start-listening.ts';
import { listenerLine, logLine, noListenerLine, reportText } from './start-up-report.ts';

/** `waybill listener`: the callbacks of the Qlik sites, in a process of its own. */
export function addListenerCommand(program: Command, environment: Environment): void {
  const command = program.command('listener').description('take the callbacks of the Qlik sites, as its own process');
  withProcessOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill listener --config waybill.yaml    beside `waybill worker`, against the same Temporal service',
    )
    .action(async (_options: unknown, self: Command) => runProcess(self, environment, listening));
}

const listening: LongRun = {
  name: 'listener',
  async start(context) {
    const { config, say } = context;
    const listener = await startListening(context);
    if (listener === undefined) {
      say(reportText('There is nothing to listen for.', [noListenerLine], 'The sweep of the worker finds everything.'));
      return undefined;
    }
    const lines = [
      listenerLine(withListenerPort(config, listener), listener),
      ['Temporal', temporalAddress(config)] as const,
      logLine(config, 'listener'),
    ];
    say(reportText('The listener is running.', lines, 'Ctrl-C ends it.'));
    return { ended: new Promise(() => undefined) };
  },
};
