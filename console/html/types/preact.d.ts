// Preact's own types bring in those of a browser, which this program does not run in.

/** A piece of a page. */
export interface VNode {
  readonly type: unknown;
}

/** What may stand inside of one: pieces, text, numbers, lists of them; null, undefined and false are nothing. */
export type ComponentChildren = unknown;

export function h(type: unknown, props: unknown, ...children: readonly unknown[]): VNode;
