import { buildQmcCommand } from '../../sandbox/qmc.ts';

/** Hands words of a command line to the sandbox's own command, which acts as a user of the QMC. */
export async function runQmc(words: readonly string[]): Promise<void> {
  await buildQmcCommand((text) => void process.stdout.write(text)).parseAsync([...words], { from: 'user' });
}
