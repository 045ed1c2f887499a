import { daysLeft } from '../../../rules/doctor/certificate-days.ts';
import type { LatestExamination } from '../../../common/finding.ts';
import type { SiteFacts } from '../../../views/sites/site-facts.ts';
import { badge } from '../../html/badge.ts';
import type { Fact } from '../../html/facts.ts';
import { type Html, html } from '../../html/html.ts';
import { ago, moment } from '../../html/time.ts';

const modes = {
  callback: 'the site calls, and Waybill looks now and then',
  poll: 'Waybill looks now and then',
} as const;

/** How a source is watched, and when something was last heard; nothing for a target. */
export function watchFacts({ isSource, watch, watchMode }: SiteFacts): Fact[] {
  if (!isSource || watchMode === undefined) return [];
  const mode: Fact = ['Watched', modes[watchMode]];
  if (watch === undefined || watch === 'none' || watch === 'silent') return [mode];
  const { lastSweepUtc, inbox, subscribedUtc, lastCallUtc, subscribed } = watch;
  const calls: Fact[] = [
    ['Last call', lastCallUtc ? ago(lastCallUtc) : 'none yet'],
    ['Asked to call', subscribed ? (subscribedUtc ? ago(subscribedUtc) : 'yes') : 'no'],
  ];
  return [
    mode,
    ['Looked through', lastSweepUtc ? ago(lastSweepUtc) : 'not yet'],
    ...(watchMode === 'callback' ? calls : []),
    ['Apps to look at', inbox > 0 ? inbox : undefined],
  ];
}

/** Who takes the tasks of a site's queues. */
export function queueFact({ queues }: SiteFacts): Html | undefined {
  if (queues === undefined) return undefined;
  return html`<ul>${queues.map(
    ({ queue, polled, lastPollUtc, backlog }) => html`<li>
      <code>${queue}</code> ${polled ? badge('served', 'good') : badge('nobody', 'bad')}
      ${!polled && lastPollUtc && html` last ${ago(lastPollUtc)}`} ${backlog > 0 && html` ${backlog} waiting`}
    </li>`,
  )}</ul>`;
}

/** Until when the files that the worker has of the site are valid. */
export function certificateFacts(test: LatestExamination | undefined, nowMs: number): Fact[] {
  const known = test?.state === 'done' ? (test.found.certificates ?? []) : [];
  return known.map(({ name, untilUtc }): Fact => [name, html`${moment(untilUtc)} ${leftBadge(untilUtc, nowMs)}`]);
}

function leftBadge(untilUtc: string, nowMs: number): Html {
  const { days, urgency } = daysLeft(untilUtc, nowMs);
  if (urgency === 'over') return badge('run out', 'bad');
  const words = days === 1 ? '1 day left' : `${days} days left`;
  if (urgency === undefined) return badge(words, 'quiet');
  return badge(words, urgency === 7 ? 'bad' : 'warn');
}
