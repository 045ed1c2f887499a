import bytes from 'bytes';
import type { ExportedContent } from '../../../views/apps/app-history.ts';
import { type Html, html } from '../../html/html.ts';

/** So much of a hash tells contents apart; the whole of it shows when pointed at. */
const SHOWN = 10;

/** A content by the beginning of its hash and its size. */
export function contentName({ sha256, sizeBytes }: ExportedContent): Html {
  if (sha256 === '') return html`<span class="quiet">not recorded</span>`;
  return html`<code title=${`SHA-256 ${sha256}`}>${sha256.slice(0, SHOWN)}</code> <span class="quiet">${bytes(sizeBytes)}</span>`;
}
