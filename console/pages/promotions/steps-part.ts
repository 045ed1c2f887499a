import { lasting } from '../../../common/clock.ts';
import type { Config } from '../../../config/types.ts';
import type { PendingStep } from '../../../temporal/pending-steps.ts';
import { plain, sizeText } from '../../../views/plain.ts';
import type { PromotionStory } from '../../../views/promotion-story.ts';
import { type Step, stepName, stepsOf, targetOfWorkflow } from '../../../views/steps.ts';
import { badge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { siteName } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { ago, moment, until } from '../../html/time.ts';

const MOST_STEPS = 150;
const MOST_CHARACTERS = 300;

/** What runs or waits for its next try now, as Temporal tells it; `undefined`: it does not answer. */
export function nowPart(config: Config, pending: readonly PendingStep[] | undefined): Html | undefined {
  if (pending === undefined) {
    return html`<section aria-labelledby="now">
      <h2 id="now">Now</h2>
      <p class="notice warn">Temporal does not answer, so it is not known what runs at this moment. All else on this page is
        from the ledger.</p>
    </section>`;
  }
  if (pending.length === 0) return undefined;
  return html`<section aria-labelledby="now">
    <h2 id="now">Now</h2>
    ${table<PendingStep>({
      caption: 'Steps that run or wait for their next try',
      rows: pending,
      empty: '',
      columns: [
        { head: 'Step', cell: ({ activityType }) => stepName(activityType) },
        { head: 'Where', cell: ({ workflowId }) => whereText(config, targetOfWorkflow(workflowId)) },
        { head: 'State', cell: pendingState },
        { head: 'Try', cell: ({ attempt }) => String(attempt), isNumber: true },
        { head: 'Moved', cell: movedText, isNumber: true },
        { head: 'Last error', cell: ({ lastError }) => html`<span class="quiet">${cut(lastError)}</span>` },
      ],
    })}
  </section>`;
}

/** Every step so far, with its tries, its bytes and their rate. */
export function stepsPart(config: Config, { attempts }: PromotionStory): Html {
  const steps = stepsOf(attempts);
  const shown = steps.slice(-MOST_STEPS);
  const left = steps.length - shown.length;
  return html`<section aria-labelledby="steps">
    <h2 id="steps">Steps</h2>
    ${left > 0 && html`<p class="quiet">The latest ${MOST_STEPS}; ${left} before them are told by <code>waybill show --attempts</code>.</p>`}
    ${table<Step>({
      caption: 'Steps of this promotion',
      rows: shown,
      empty: 'No step was recorded, or they were forgotten after a while.',
      columns: [
        { head: 'Step', cell: ({ name }) => name },
        { head: 'Where', cell: ({ target }) => whereText(config, target) },
        { head: 'State', cell: stepState },
        { head: 'Tries', cell: ({ tries }) => String(tries), isNumber: true },
        { head: 'Begun', cell: ({ startedAtUtc }) => moment(startedAtUtc) },
        { head: 'Took', cell: ({ durationMs }) => (durationMs === null ? '' : lasting(durationMs)), isNumber: true },
        { head: 'Bytes', cell: bytesText, isNumber: true },
      ],
    })}
  </section>`;
}

function whereText(config: Config, target: string | null): string {
  return target === null ? 'source' : siteName(config, target);
}

function pendingState({ isRunning, startedUtc, nextTryUtc }: PendingStep): Html {
  if (isRunning) return html`${badge('running', 'under-way')} ${startedUtc && html`since ${ago(startedUtc)}`}`;
  return html`${badge('waits', 'warn')} ${nextTryUtc && html`next try ${until(nextTryUtc)}`}`;
}

function movedText({ bytes, bytesPerSecond }: PendingStep): string {
  if (bytes === undefined) return '';
  return `${sizeText(bytes)} so far${bytesPerSecond === undefined ? '' : `, ${sizeText(bytesPerSecond)}/s`}`;
}

function stepState({ state, errorCode, errorMessage }: Step): Html {
  const tone = state === 'completed' ? 'good' : state === 'running' ? 'under-way' : 'bad';
  const why = errorMessage ?? errorCode;
  return html`${badge(state, tone)}
    ${state !== 'completed' && why && html`<div class="quiet">${cut(why)}</div>`}`;
}

function bytesText({ sizeBytes, bytesPerSecond }: Step): string {
  if (sizeBytes === null) return '';
  return `${sizeText(sizeBytes)}${bytesPerSecond === null ? '' : `, ${sizeText(bytesPerSecond)}/s`}`;
}

function cut(text: string | undefined): string {
  const whole = plain(text ?? '');
  return whole.length > MOST_CHARACTERS ? `${whole.slice(0, MOST_CHARACTERS)} …` : whole;
}
