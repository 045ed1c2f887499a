import type { Trouble } from '../workflows/contract.ts';

/** The apps at a target among which somebody has to choose before it goes on; none where that is not what is amiss. */
export function choicesIn(trouble: Trouble | undefined): string[] {
  const { choices } = trouble?.facts ?? {};
  return typeof choices === 'string' && choices !== '' ? choices.split(' ') : [];
}
