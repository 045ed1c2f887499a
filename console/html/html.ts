import htm from 'htm';
import { type ComponentChildren, h, type VNode } from 'preact';

/** A piece of a page. Text in it is escaped when the page is written. */
export type Html = VNode;

/** What stands inside a piece of a page. */
export type Children = ComponentChildren;

/** A piece of a page from a template: html`<p>${text}</p>`. Nothing in it is taken for markup but the template itself. */
export const html = htm.bind<VNode>(function (type, props, ...children) {
  // Pieces are not kept between two pages: the rendering writes into them.
  this[0] = 3;
  return h(type, props, ...children);
});
