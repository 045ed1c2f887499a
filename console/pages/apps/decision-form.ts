import { z } from 'zod';
import type { SourceConfig } from '../../../config/types.ts';
import type { PromotionMode, TargetChoice } from '../../../workflows/contract.ts';

/** What is chosen for one target; `''`: it is left out. */
export interface ChosenTarget {
  readonly mode: PromotionMode | '';
  readonly streams: readonly string[];
}

/** What somebody chose, as the form shows it. */
export interface Choices {
  readonly targets: Readonly<Record<string, ChosenTarget>>;
  readonly note: string;
}

export interface SentDecision extends Choices {
  readonly verdict: 'approve' | 'deny';
  /** Made with the preview, so that a form which is sent twice is one decision. */
  readonly decisionId: string | undefined;
}

/** Something that has to be mended before it can be decided. `target`: where it stands in the form. */
export interface ChoiceProblem {
  readonly target?: string;
  readonly text: string;
}

export const MOST_STREAMS = 50;
export const MOST_CHARACTERS_OF_A_NOTE = 2000;

const name = z.string().trim().max(300);
const names = z.union([name.transform((one) => [one]), z.array(name).max(MOST_STREAMS)]).prefault([]);

const ofTarget = z.object({
  mode: z.enum(['', 'overwrite', 'duplicate']).prefault(''),
  stream: names,
  other: z.string().max(5000).prefault(''),
});

const ofDecision = z.looseObject({
  verdict: z.enum(['approve', 'deny']),
  decisionId: z.uuid().optional(),
  note: z.string().trim().max(MOST_CHARACTERS_OF_A_NOTE).prefault(''),
});

/** The form for the targets of a source: `mode.<target>`, `stream.<target>` and `other.<target>`, one name a line. */
export function decisionForm({ targets }: Pick<SourceConfig, 'targets'>): z.ZodType<SentDecision> {
  return ofDecision.transform(({ verdict, decisionId, note, ...sent }, context) => {
    const chosen = targets.map((target): [string, ChosenTarget] => {
      const read = ofTarget.safeParse({
        mode: sent[`mode.${target}`],
        stream: sent[`stream.${target}`],
        other: sent[`other.${target}`],
      });
      if (!read.success) {
        context.addIssue({
          code: 'custom',
          path: [target],
          message: read.error.issues[0]?.message ?? 'not as expected',
        });
        return [target, { mode: '', streams: [] }];
      }
      const { mode, stream, other } = read.data;
      const streams = [...stream, ...other.split(/\r?\n/)].map((one) => one.trim());
      return [target, { mode, streams: [...new Set(streams.filter((one) => one !== ''))] }];
    });
    return { verdict, decisionId, note, targets: Object.fromEntries(chosen) };
  });
}

/** What was chosen, as a decision has it. */
export function targetChoices({ targets }: Choices): TargetChoice[] {
  return Object.entries(targets).flatMap(([site, { mode, streams }]) => (mode === '' ? [] : [{ site, mode, streams }]));
}

/** What is missing or too much for an approval; a denial needs nothing. */
export function problemsOf({ verdict, targets }: Pick<SentDecision, 'verdict' | 'targets'>): ChoiceProblem[] {
  if (verdict === 'deny') return [];
  const all = Object.entries(targets);
  const problems = all.flatMap(([target, { mode, streams }]): ChoiceProblem[] => {
    if (mode !== '' && streams.length === 0) return [{ target, text: 'Choose a stream there.' }];
    if (mode === '' && streams.length > 0) return [{ target, text: 'Streams are chosen, but not what to do there.' }];
    return streams.length > MOST_STREAMS ? [{ target, text: `At most ${MOST_STREAMS} streams.` }] : [];
  });
  const isNowhere = all.every(([, { mode, streams }]) => mode === '' && streams.length === 0);
  return isNowhere ? [{ text: 'Choose at least one target to promote to.' }] : problems;
}

/** What an earlier promotion was decided for, as far as the targets are still there. */
export function choicesLike(
  targets: readonly TargetChoice[],
  { targets: known }: Pick<SourceConfig, 'targets'>,
): Choices {
  const chosen = known.map((target): [string, ChosenTarget] => {
    const own = targets.find(({ site }) => site === target);
    return [target, { mode: own?.mode ?? '', streams: own?.streams ?? [] }];
  });
  return { targets: Object.fromEntries(chosen), note: '' };
}
