import type { OutputConfiguration } from 'commander';
import { errorText, exitCodeOf } from './print-error.ts';
import type { Environment } from '../../temporal/server-cache.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command of `waybill` and sets the exit code of the process; it never throws. `args` begin after the name
 * of the program. `output`: where it prints, in place of stdout and stderr.
 */
export async function main(
  args: readonly string[],
  environment: Environment,
  output?: OutputConfiguration,
): Promise<void> {
  // What Waybill writes (ledger, files of apps, logs, Temporal's database) is for its own account alone.
  process.umask(0o077);
  const program = createProgram(environment, output);
  // Whoever reads only the first lines of a list has closed the pipe before the last.
  if (output === undefined) process.stdout.on('error', () => undefined);
  try {
    if (args.length === 0) program.help();
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    const debug = program.opts<{ debug?: boolean }>().debug ?? isOn(environment['WAYBILL_DEBUG']);
    process.exitCode = exitCodeOf(error);
    program.configureOutput().writeErr?.(errorText(error, debug));
  }
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());
}
