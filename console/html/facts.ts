import { type Children, type Html, html } from './html.ts';

/** A fact and what it is called; one without a value is left out. */
export type Fact = readonly [name: string, value: Children];

/** Facts under each other, each beside its name. */
export function facts(all: readonly Fact[]): Html {
  const known = all.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '');
  return html`<dl class="facts">
    ${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
