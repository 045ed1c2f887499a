import type { WhyNot } from '../sign-in/rights.ts';
import { type Children, type Html, html } from './html.ts';

interface FormParts {
  readonly action: string;
  /** `request.formToken`. */
  readonly token: string;
  readonly children: Children;
  readonly class?: string;
}

/** A form that changes something: it carries the token that only our own pages have. */
export function form({ action, token, children, class: kind }: FormParts): Html {
  return html`<form method="post" action=${action} class=${kind}>
    <input type="hidden" name="_form" value=${token} />
    ${children}
  </form>`;
}

interface ButtonParts {
  readonly label: Children;
  readonly name?: string;
  readonly value?: string;
  readonly class?: string;
  /** Given: the button does nothing, and says why. */
  readonly whyNot?: WhyNot;
}

/** A button that sends its form, or one that says why it cannot. It stays reachable by keyboard, so that all can read why. */
export function button({ label, name, value, class: kind, whyNot }: ButtonParts): Html {
  if (whyNot === undefined) return html`<button name=${name} value=${value} class=${kind}>${label}</button>`;
  return html`<span class="why-not">
    <button type="button" aria-disabled="true" class=${kind}>${label}</button>
    <span class="quiet">${whyNot}</span>
  </span>`;
}
