import { structuredPatch } from 'diff';
import { withMaskedSecrets } from '../../../config/edit/mask-secrets.ts';
import { type Html, html } from '../../html/html.ts';

const CONTEXT_LINES = 3;
const kinds: Readonly<Record<string, readonly [kind: string, word: string]>> = {
  '+': ['added', 'added: '],
  '-': ['taken', 'taken out: '],
  ' ': ['same', ''],
};

/** How one text of the configuration becomes another, line by line; secrets in both are masked. */
export function diffHtml(before: string, after: string): Html {
  const [from, to] = [before, after].map((text) => withMaskedSecrets(text.replaceAll('\r\n', '\n')));
  const { hunks } = structuredPatch('', '', from ?? '', to ?? '', undefined, undefined, { context: CONTEXT_LINES });
  if (hunks.length === 0) return html`<p class="empty">Nothing that can be shown differs.</p>`;
  return html`<div class="diff" role="group" aria-label="What would change" tabindex="0">
    ${hunks.map(
      ({ oldStart, lines }) => html`<p class="quiet">from line ${oldStart}</p>
        <ol>
          ${lines.filter((line) => !line.startsWith('\\')).map(lineHtml)}
        </ol>`,
    )}
  </div>`;
}

function lineHtml(line: string): Html {
  const [kind, word] = kinds[line.slice(0, 1)] ?? ['same', ''];
  return html`<li class=${kind}><span class="hidden">${word}</span><code>${line}</code></li>`;
}
