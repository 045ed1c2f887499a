import checkbox from '@inquirer/checkbox';
import input from '@inquirer/input';
import select from '@inquirer/select';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Terminal } from './ask-yes.ts';

/** A question of the set-up, which an option can answer beforehand. */
interface Question<T> {
  /** As it is put to a person. */
  readonly prompt: string;
  /** The end of the sentence "It is not said …". */
  readonly asks: string;
  /** The option that answers it, as it is written. */
  readonly flag: string;
  /** What the option said. */
  readonly given?: T | undefined;
  /** What stands there already, or is usual: `--yes` takes it. */
  readonly usual?: T | undefined;
  /** What a person is shown beside the question, where nothing is usual. */
  readonly suggested?: T | undefined;
}

export interface TextQuestion extends Question<string> {
  /** What is wrong with an answer; undefined when nothing is. */
  readonly wrong?: (value: string) => string | undefined;
}

export interface ChoiceQuestion<T extends string> extends Question<T> {
  readonly choices: readonly { readonly value: T; readonly name: string }[];
}

export interface SeveralQuestion extends Question<readonly string[]> {
  readonly choices: readonly string[];
}

/**
 * Finds out an answer: by its option; else by a person at the terminal; else, with `--yes`, what is usual.
 * Each throws WAYBILL_SETUP_ANSWER_MISSING, WAYBILL_SETUP_ANSWER_WRONG, and WAYBILL_CLI_NOT_CONFIRMED after Ctrl-C.
 */
export interface Asker {
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  text(question: TextQuestion): Promise<string>;
  choice<T extends string>(question: ChoiceQuestion<T>): Promise<T>;
  several(question: SeveralQuestion): Promise<readonly string[]>;
}

/** Questions go to stderr, so that stdout holds the result alone. `yes`: nothing is asked. */
export function createAsker(
  yes: boolean,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Asker {
  const isInteractive = !yes && terminal.input.isTTY === true;
  const find = async <T>(question: Question<T>, ask: () => Promise<T>): Promise<T> => {
    if (question.given !== undefined) return question.given;
    if (isInteractive) return ask().catch(asCancelled);
    if (yes && question.usual !== undefined) return question.usual;
    throw waybillError('WAYBILL_SETUP_ANSWER_MISSING', { question: question.asks, flag: question.flag });
  };
  return {
    isInteractive,
    async text(question) {
      const { prompt: message, usual, suggested, wrong, flag } = question;
      const shown = usual ?? suggested;
      const validate = (value: string): string | true => wrong?.(value) ?? true;
      const answer = await find(question, async () =>
        input({ message, ...(shown !== undefined && { default: shown }), validate }, terminal),
      );
      const reason = wrong?.(answer);
      if (reason !== undefined) throw waybillError('WAYBILL_SETUP_ANSWER_WRONG', { flag, value: answer, reason });
      return answer;
    },
    choice: (question) => {
      const { prompt: message, choices, usual, suggested } = question;
      const shown = usual ?? suggested;
      return find(question, async () =>
        select({ message, choices: [...choices], ...(shown !== undefined && { default: shown }) }, terminal),
      );
    },
    several: (question) => {
      const { prompt: message, usual, suggested } = question;
      const shown = usual ?? suggested ?? [];
      const choices = question.choices.map((value) => ({ value, checked: shown.includes(value) }));
      return find(question, async () => checkbox({ message, choices, required: choices.length > 0 }, terminal));
    },
  };
}

/** Ctrl-C, or the end of the input. */
function asCancelled(error: unknown): never {
  if (error instanceof Error && error.name === 'ExitPromptError') {
    throw waybillError('WAYBILL_CLI_NOT_CONFIRMED', {}, { cause: error });
  }
  throw error;
}
