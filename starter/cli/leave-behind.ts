import { lasting } from '../../common/clock.ts';
import type { Cli } from './cli-context.ts';
import { fateOfSource } from '../../views/fate-of-source.ts';
import type { Aim } from '../../views/find-aim.ts';
import type { Found } from '../../views/find-app.ts';
import { plain } from '../../views/plain.ts';
import { recordLine } from '../../views/record-line.ts';
import { targetOf } from '../../views/target-of-record.ts';

/** What giving up would leave behind at the target, at the other targets and on the source, in words. */
export function leaveBehind(cli: Cli, action: 'skip' | 'abort', found: Found, aim: Aim): string {
  const { paint } = cli;
  const app = paint.bold(plain(found.appName));
  const lines = aim.target === undefined ? ofPromotion(cli, found, aim) : ofTarget(cli, action, found, aim, aim.target);
  const what = aim.target === undefined ? `Abort the promotion of ${app}` : `${verb(action)} ${aim.target} for ${app}`;
  return [what, ...lines.map((line) => `  - ${line}`)].join('\n');
}

function verb(action: 'skip' | 'abort'): string {
  return action === 'skip' ? 'Skip' : 'Abort';
}

function ofTarget(cli: Cli, action: 'skip' | 'abort', found: Found, { records }: Aim, target: string): string[] {
  const done = records
    .filter(({ seq, type }) => targetOf(seq) === target && ['published', 'replaced'].includes(type))
    .map((record) => recordLine(record));
  const fate = fateOfSource(cli.config, found.site, found.owner);
  return [
    done.length > 0
      ? `${target} keeps what was done there: ${done.join('; ')}.`
      : `${target} stays as it is, as far as it is recorded; a call that is under way there cannot be called back.`,
    stagingLine(cli, target),
    action === 'skip'
      ? `The other targets go on. When each has it or is skipped, and one at least has it, ${fate}.`
      : `The other targets go on, but the app stays in its stream on ${found.site}, with its properties, whatever becomes of them.`,
  ];
}

function ofPromotion(cli: Cli, { site }: Found, { promotion, records }: Aim): string[] {
  const stays = `The app stays in its stream on ${site}, with its properties`;
  if (promotion?.verdict === 'deny') return ['The denial stands, and nothing is promoted.', `${stays}.`];
  // A step of the promotion itself comes before all deliveries, which are then at most planned, or after them.
  const hasDelivered = records.some(({ seq, type }) => targetOf(seq) !== undefined && type !== 'planned');
  return hasDelivered
    ? ['What was delivered stays as it is.', `${stays}.`, stagingLine(cli, site)]
    : ['No target gets it.', `${stays}; it takes a new decision to promote it.`];
}

function stagingLine({ config }: Cli, site: string): string {
  return `A copy that Waybill made on ${site} under a staging name is removed ${lasting(config.staging.sweepAfterMs)} after the end.`;
}
