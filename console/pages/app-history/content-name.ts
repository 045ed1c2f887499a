import type { ExportedContent } from '../../../views/apps/app-history.ts';
import { shortHash, sizeText } from '../../../views/plain.ts';
import { type Html, html } from '../../html/html.ts';

/** A content by the beginning of its hash and its size; the whole hash shows when pointed at. */
export function contentName({ sha256, sizeBytes }: ExportedContent): Html {
  if (sha256 === '') return html`<span class="quiet">not recorded</span>`;
  return html`<code title=${`SHA-256 ${sha256}`}>${shortHash(sha256)}</code> <span class="quiet">${sizeText(sizeBytes)}</span>`;
}
