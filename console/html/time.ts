import { lasting } from '../../common/clock.ts';
import { type Html, html } from './html.ts';

/** A moment, shown in the reader's zone by the browser; without scripts it reads as UTC. */
export function moment(utc: string): Html {
  return html`<time datetime=${utc} data-show="moment">${utc.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** A moment with its seconds, as `moment`. */
export function exact(utc: string): Html {
  return html`<time datetime=${utc} data-show="exact">${utc.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** How long it is until then; the moment itself shows when pointed at. */
export function until(utc: string): Html {
  return html`<time datetime=${utc} data-show="until">in ${lasting(Date.parse(utc) - Date.now())}</time>`;
}

/** How long ago that was; the moment itself shows when pointed at. */
export function ago(utc: string): Html {
  return html`<time datetime=${utc} data-show="ago">${lasting(Date.now() - Date.parse(utc))} ago</time>`;
}
