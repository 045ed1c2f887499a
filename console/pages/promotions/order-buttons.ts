import { button, form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { promotionHref } from '../../html/links.ts';
import type { WhyNot } from '../../sign-in/rights.ts';
import type { ResolveAction } from '../../../workflows/contract.ts';

interface OrderParts {
  readonly promotionKey: string;
  /** Absent: the promotion's own step, which cannot be skipped. */
  readonly target: string | undefined;
  /** Apps at the target of which one has to be chosen before it is tried again. */
  readonly choices: readonly string[];
  readonly token: string;
  /** Where to go on afterwards. */
  readonly back: string;
  /** What the buttons are about, for whoever does not see the page. */
  readonly about: string;
  readonly whyNot: Readonly<Record<ResolveAction, WhyNot>>;
}

/**
 * What an operator can do to a step. Trying again is done at once; what leaves something behind, or needs a choice, leads
 * to a page that says so. Reasons that several buttons share are said once.
 */
export function orderButtons(parts: OrderParts): Html {
  const actions: ResolveAction[] = parts.target === undefined ? ['retry', 'abort'] : ['retry', 'skip', 'abort'];
  const reasons = [...new Set(actions.map((action) => parts.whyNot[action]))];
  const [reason] = reasons;
  if (reasons.length === 1 && reason !== undefined) {
    return html`<div class="actions">
      ${actions.map((action) => html`<button type="button" aria-disabled="true">${labels[action]}<span class="hidden">: ${reason}</span></button>`)}
      <span class="quiet">${reason}</span>
    </div>`;
  }
  return html`<div class="actions">${actions.map((action) => oneButton(parts, action))}</div>`;
}

const labels: Readonly<Record<ResolveAction, string>> = { retry: 'Retry', skip: 'Skip', abort: 'Abort' };

function oneButton(parts: OrderParts, action: ResolveAction): Html {
  const { promotionKey, target, choices, token, back, about, whyNot } = parts;
  const why = whyNot[action];
  if (why !== undefined) return button({ label: labels[action], whyNot: why });
  if (action === 'retry' && choices.length === 0) {
    return form({
      action: `${promotionHref(promotionKey)}/orders`,
      token,
      children: html`<input type="hidden" name="action" value="retry" />
        <input type="hidden" name="target" value=${target ?? ''} />
        <input type="hidden" name="back" value=${back} />
        <button>Retry<span class="hidden"> ${about}</span></button>`,
    });
  }
  const query = new URLSearchParams({ action, target: target ?? '' });
  const label = action === 'retry' ? 'Choose and retry' : `${labels[action]} …`;
  const kind = action === 'retry' ? 'button' : 'button danger';
  return html`<a class=${kind} href=${`${promotionHref(promotionKey)}/orders?${query.toString()}`}>
    ${label}<span class="hidden"> ${about}</span></a>`;
}
