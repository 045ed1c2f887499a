import type { VNode } from 'preact';

/** HTML of a piece of a page; all text in it escaped. */
export function renderToString(piece: VNode): string;
