import { main } from '../../../starter/cli/main.ts';

/** Runs `waybill <args>` in this process, as its main does. `process.exitCode` is for the caller to reset. */
export async function runMain(...args: readonly string[]) {
  const printed = { stdout: '', stderr: '' };
  process.exitCode = undefined;
  await main(
    args,
    {},
    {
      writeOut: (text) => (printed.stdout += text),
      writeErr: (text) => (printed.stderr += text),
      getOutHelpWidth: () => 80,
    },
  );
  return { exitCode: process.exitCode ?? 0, ...printed };
}
