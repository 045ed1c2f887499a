import { toneOf } from '../../views/state-tone.ts';
import type { DeliveryState, PromotionState } from '../../workflows/contract.ts';
import { type Html, html } from './html.ts';

/** A state in words and colour; the words are the ones that logs and the CLI have too. */
export function stateBadge(state: PromotionState | DeliveryState): Html {
  return badge(state.replaceAll('-', ' '), toneOf(state));
}

export function badge(text: string, tone: 'good' | 'bad' | 'under-way' | 'warn' | 'quiet'): Html {
  return html`<span class=${`badge ${tone}`}>${text}</span>`;
}
