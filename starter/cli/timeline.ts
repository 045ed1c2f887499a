import type { Trouble } from '../../workflows/contract.ts';
import { lasting } from '../../common/clock.ts';
import type { Cli } from './cli-context.ts';
import { plain, sizeText } from '../../views/plain.ts';
import type { AttemptStory, DeliveryStory, PromotionStory, Story } from '../../views/promotion-story.ts';
import { doorText, recordLine, targetText } from '../../views/record-line.ts';
import { choicesIn } from '../../views/choices.ts';
import { ordersFor } from './orders-text.ts';
import { deliveryText, stateText } from './state-text.ts';
import { table } from './table.ts';
import { targetOf } from '../../views/target-of-record.ts';

type Drawing = Pick<Cli, 'paint' | 'clock'>;

/** The story of an app as people read it: what it is, what happened when, what is wrong and what can be done. */
export function timeline(cli: Drawing, story: Story, withAttempts: boolean): string {
  const { promotion } = story;
  const parts = [
    headOf(cli, story),
    ...waitingPart(cli, story),
    ...(promotion ? promotionParts(cli, promotion, withAttempts) : []),
    ...earlierPart(cli, story),
    cli.paint.dim(`Times are those of ${cli.clock.zone}.`),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function headOf({ paint }: Drawing, { app, promotion, waiting }: Story): string {
  const targets = [...new Set((promotion?.decision.targets ?? []).map((target) => target.site))].join(', ');
  const way = targets && !waiting ? `${app.site} → ${targets}` : app.site;
  const stuck = (promotion?.deliveries ?? []).filter(({ trouble }) => trouble).map(({ target }) => target);
  const where = stuck.length > 0 ? paint.red(`, stuck at ${stuck.join(' and ')}`) : '';
  // An app that stayed in its stream may wait again while its last promotion is told below.
  const now = waiting ? 'awaiting-decision' : promotion?.state;
  const state = now ? `  ${stateText(paint, now)}${where}` : '';
  const lines = [
    `${paint.bold(plain(app.name))}  ${way}${state}`,
    `  app ${app.appId}, owner ${plain(app.owner)}`,
    ...(promotion ? [`  promotion ${promotion.promotionKey}`] : []),
    ...(promotion?.temporalUrl ? [`  ${paint.dim(promotion.temporalUrl)}`] : []),
  ];
  return lines.join('\n');
}

function waitingPart(cli: Drawing, { waiting }: Story): string[] {
  const { paint, clock } = cli;
  if (!waiting) return [];
  const where = waiting.stream ? ` in stream ${plain(waiting.stream)}` : '';
  const since = `waits for a decision${where} since ${clock.moment(waiting.sinceUtc)} (${clock.ago(waiting.sinceUtc)})`;
  const told = waiting.mails.map((mail) => mailLine(cli, mail));
  return [[paint.yellow(since), ...[...waiting.missing.map(plain), ...told].map((text) => `  ${text}`)].join('\n')];
}

function promotionParts(cli: Drawing, promotion: PromotionStory, withAttempts: boolean): string[] {
  const { records, deliveries } = promotion;
  const targets = [...new Set(records.flatMap(({ seq }) => targetOf(seq) ?? []))].toSorted();
  const own = records.filter(({ seq }) => targetOf(seq) === undefined);
  const isLate = ({ seq, type }: { seq: string; type: string }): boolean =>
    seq === 'closed' || ['unpublished', 'stripped'].includes(type);
  return [
    section(
      cli,
      promotion.decision.verdict === 'deny' ? 'Denial' : 'Decision and export',
      own.filter((record) => !isLate(record)).flatMap((record) => ownLines(cli, promotion, record)),
    ),
    ...troublePart(cli, promotion, undefined),
    ...targets.flatMap((target) => {
      const delivery = deliveries.find((one) => one.target === target);
      const its = records.filter(({ seq }) => targetOf(seq) === target);
      const lines = its.map((record) => lineOf(cli, record, delivery?.trouble));
      const state = delivery ? `  ${deliveryText(cli.paint, delivery)}` : '';
      return [section(cli, `To ${target}${state}`, lines), ...troublePart(cli, promotion, delivery)];
    }),
    section(
      cli,
      'End',
      own.filter(isLate).map((record) => lineOf(cli, record)),
    ),
    section(
      cli,
      'Mails',
      promotion.mails.map((mail) => mailLine(cli, mail)),
    ),
    attemptsPart(cli, promotion.attempts, withAttempts),
  ];
}

type ToldRecord = PromotionStory['records'][number];

/** A decision is told with its targets and its note. */
function ownLines(cli: Drawing, { decision, trouble }: PromotionStory, record: ToldRecord): string[] {
  const line = lineOf(cli, record, trouble);
  if (record.seq !== 'decision') return [line];
  const indent = ' '.repeat(cli.clock.exact(record.atUtc).length + 2);
  const note = decision.note ? [`${indent}"${plain(decision.note)}"`] : [];
  return [line, ...note, ...decision.targets.map((target) => `${indent}${targetText(target)}`)];
}

/** A trouble that lasts is told in full below the steps, so here only that it began. */
function lineOf({ paint, clock }: Drawing, record: ToldRecord, lasting?: Trouble | null): string {
  const isLasting = record.type === 'trouble' && (record.facts as Trouble).sinceUtc === lasting?.sinceUtc;
  const words = isLasting ? `stuck at "${lasting.step}"` : recordLine(record);
  return `${paint.dim(clock.exact(record.atUtc))}  ${record.type === 'trouble' ? paint.red(words) : words}`;
}

function troublePart(
  { paint, clock }: Drawing,
  promotion: PromotionStory,
  delivery: DeliveryStory | undefined,
): string[] {
  const trouble = delivery ? delivery.trouble : promotion.trouble;
  if (!trouble || promotion.endedAtUtc !== null) return [];
  const { promotionKey } = promotion;
  return [
    [
      paint.red(`stuck at "${trouble.step}" since ${clock.moment(trouble.sinceUtc)} (${clock.ago(trouble.sinceUtc)})`),
      `  ${plain(trouble.message)}`,
      `  ${paint.dim(trouble.willRetry ? 'It goes on being tried.' : 'It is looked at again now and then.')}`,
      ...ordersFor(promotionKey, delivery?.target, choicesIn(trouble)).map((order) => `  ${order}`),
    ].join('\n'),
  ];
}

function mailLine({ paint, clock }: Drawing, mail: PromotionStory['mails'][number]): string {
  const state = mail.state === 'failed' ? paint.red('failed') : mail.state;
  const why = mail.lastError && mail.state !== 'sent' ? `: ${plain(mail.lastError)}` : '';
  return `${paint.dim(clock.exact(mail.updatedAtUtc))}  ${mail.kind} to ${mail.to.join(', ') || 'nobody'}, ${state}${why}`;
}

function attemptsPart(cli: Drawing, attempts: readonly AttemptStory[], whole: boolean): string {
  if (attempts.length === 0) return '';
  if (!whole) {
    const count = (state: AttemptStory['state']): number => attempts.filter((one) => one.state === state).length;
    const bad = [`${count('failed')} failed`, `${count('worker lost')} with the worker lost`];
    return cli.paint.dim(`${attempts.length} attempts, ${bad.join(', ')}; --attempts lists them.`);
  }
  const rows = attempts.map((attempt) => ({
    cells: [
      cli.clock.exact(attempt.startedAtUtc),
      attempt.activityType,
      String(attempt.attempt),
      attempt.site ?? '',
      attempt.state === 'completed' ? attempt.state : cli.paint.red(attempt.state),
      attempt.durationMs === null ? '' : lasting(attempt.durationMs),
      attempt.sizeBytes === null ? '' : sizeText(attempt.sizeBytes),
    ],
    below: attempt.errorCode ? [`${attempt.errorCode}: ${plain(attempt.errorMessage ?? '')}`] : [],
  }));
  const head = ['STARTED', 'STEP', 'TRY', 'SITE', 'END', 'TOOK', 'BYTES'];
  return `${cli.paint.bold('Attempts')}\n${table(cli, head, rows)}`;
}

function earlierPart({ paint, clock }: Drawing, { earlier }: Story): string[] {
  if (earlier.length === 0) return [];
  const lines = earlier.slice(0, 10).map((one) => {
    return `  ${one.promotionKey}  ${clock.moment(one.startedAtUtc)}  ${stateText(paint, one.state)}`;
  });
  return [`${paint.bold('Other promotions')}\n${lines.join('\n')}`];
}

function section({ paint }: Drawing, title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${paint.bold(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** The decision's door, for lists. */
export function decidedBy({ by }: PromotionStory['decision']): string {
  return `${plain(by.account)} ${doorText(by)}`;
}
