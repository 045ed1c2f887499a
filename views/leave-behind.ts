import { lasting } from '../common/clock.ts';
import type { Config } from '../config/types.ts';
import { fateOfSource } from './fate-of-source.ts';
import type { Aim } from './find-aim.ts';
import type { Found } from './find-app.ts';
import { recordLine } from './record-line.ts';
import { targetOf } from './target-of-record.ts';

/** What giving up is called, and what it would leave behind at the target, at the other targets and on the source. */
export interface LeftBehind {
  /** `Skip prod for`, to be followed by the app's name. */
  readonly what: string;
  readonly lines: readonly string[];
}

/** Of an order to skip a target, or to abort one or the whole promotion; in words. */
export function leaveBehind(config: Config, action: 'skip' | 'abort', found: Found, aim: Aim): LeftBehind {
  if (aim.target === undefined) return { what: 'Abort the promotion of', lines: ofPromotion(config, found, aim) };
  const what = `${action === 'skip' ? 'Skip' : 'Abort'} ${aim.target} for`;
  return { what, lines: ofTarget(config, action, found, aim, aim.target) };
}

function ofTarget(config: Config, action: 'skip' | 'abort', found: Found, { records }: Aim, target: string): string[] {
  const done = records
    .filter(({ seq, type }) => targetOf(seq) === target && ['published', 'replaced'].includes(type))
    .map((record) => recordLine(record));
  const fate = fateOfSource(config, found.site, found.owner);
  return [
    done.length > 0
      ? `${target} keeps what was done there: ${done.join('; ')}.`
      : `${target} stays as it is, as far as it is recorded; a call that is under way there cannot be called back.`,
    stagingLine(config, target),
    action === 'skip'
      ? `The other targets go on. When each has it or is skipped, and one at least has it, ${fate}.`
      : `The other targets go on, but the app stays in its stream on ${found.site}, with its properties, whatever becomes of them.`,
  ];
}

function ofPromotion(config: Config, { site }: Found, { promotion, records }: Aim): string[] {
  const stays = `The app stays in its stream on ${site}, with its properties`;
  if (promotion?.verdict === 'deny') return ['The denial stands, and nothing is promoted.', `${stays}.`];
  // A step of the promotion itself comes before all deliveries, which are then at most planned, or after them.
  const hasDelivered = records.some(({ seq, type }) => targetOf(seq) !== undefined && type !== 'planned');
  return hasDelivered
    ? ['What was delivered stays as it is.', `${stays}.`, stagingLine(config, site)]
    : ['No target gets it.', `${stays}; it takes a new decision to promote it.`];
}

function stagingLine({ staging }: Config, site: string): string {
  return `A copy that Waybill made on ${site} under a staging name is removed ${lasting(staging.sweepAfterMs)} after the end.`;
}
