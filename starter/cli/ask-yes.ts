import { createInterface } from 'node:readline';
import { waybillError } from '../../common/errors/catalogue.ts';

/** Where a person is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Returns when a person at the terminal said yes, or when `--yes` said so beforehand. The question goes to stderr, so
 * that stdout holds the result alone.
 * @throws WAYBILL_CLI_USAGE where there is no terminal and no `--yes`
 * @throws WAYBILL_CLI_NOT_CONFIRMED
 */
export async function askYes(
  question: string,
  saidYes: boolean,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (saidYes) return;
  if (terminal.input.isTTY !== true) {
    const reason = 'it asks for a yes, and there is no terminal to ask at';
    throw waybillError('WAYBILL_CLI_USAGE', {
      reason,
      advice: 'Add --yes, after a look with --dry-run or `waybill show`.',
    });
  }
  if (!isYes(await answerTo(question, terminal))) throw waybillError('WAYBILL_CLI_NOT_CONFIRMED');
}

/** The line that was typed; nothing when the input ended, as Ctrl-C and Ctrl-D do. */
async function answerTo(question: string, { input, output }: Terminal): Promise<string> {
  const asking = createInterface({ input, output });
  try {
    return await new Promise<string>((resolve) => {
      asking.once('line', resolve);
      asking.once('close', () => resolve(''));
      asking.once('SIGINT', () => asking.close());
      asking.setPrompt(`${question} [y/N] `);
      asking.prompt();
    });
  } finally {
    asking.close();
  }
}

function isYes(answer: string): boolean {
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}
