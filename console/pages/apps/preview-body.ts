import type { Config } from '../../../config/types.ts';
import type { Awaiting } from '../../../ledger/awaiting.ts';
import { afterDecision, pausesOnTheWay, targetEffect, WAIT_FOR_RESUME } from '../../../views/decision-effects.ts';
import type { PausedSite } from '../../../views/paused.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { appHref, siteName } from '../../html/links.ts';
import { type SentDecision, targetChoices } from './decision-form.ts';
import type { KnownStreams } from './known-streams.ts';

export interface PreviewParts {
  readonly config: Config;
  readonly app: Awaiting;
  readonly sent: SentDecision;
  readonly decisionId: string;
  /** Who would have decided. */
  readonly account: string;
  readonly paused: readonly PausedSite[];
  readonly streams: Readonly<Record<string, KnownStreams>>;
  /** Why it could not be recorded when it was tried. */
  readonly failure: { readonly message: string; readonly remedy: string } | undefined;
  readonly token: string;
}

/** What the decision would do, in words, and the button that makes it. */
export function previewBody(parts: PreviewParts): Html {
  const { config, app, sent, account, paused, failure } = parts;
  const { verdict, note } = sent;
  const targets = verdict === 'approve' ? targetChoices(sent) : [];
  const held = pausesOnTheWay(paused, app.site, targets);
  const after = afterDecision(config, app, verdict);
  return html`
    ${failure && html`<div class="notice bad" role="alert"><p>${failure.message}</p><p>${failure.remedy}</p></div>`}
    <section class="sheet">
      <h2>What will happen</h2>
      <ul class="preview">
        ${targets.map(
          (target) => html`<li>On <strong>${siteName(config, target.site)}</strong> it ${targetEffect(target)}.
          ${unknownStreams(parts, target.site, target.streams)}</li>`,
        )}
        <li>${after.charAt(0).toUpperCase()}${after.slice(1)}.</li>
        <li>${app.owner} is told by mail, where mails are on.</li>
        <li>It is recorded as decided by <strong>${account}</strong> on the console.</li>
        ${note !== '' && html`<li>With the note <q>${note}</q></li>`}
      </ul>
      ${held.map(
        ({ site, by, why }) =>
          html`<p class="notice warn">${site === null ? 'Every site' : siteName(config, site)} is paused, by ${by}: ${why}. ${WAIT_FOR_RESUME}</p>`,
      )}
      ${confirmForm(parts)}
    </section>
  `;
}

/** A stream that the site did not name: it may be a slip, or newer than the answer. */
function unknownStreams({ config, streams }: PreviewParts, site: string, chosen: readonly string[]): Html | undefined {
  const known = streams[site];
  if (known?.from !== 'site') return undefined;
  const fold = (text: string): string => text.normalize('NFC').toLowerCase();
  const names = new Set(known.names.map(fold));
  const unknown = chosen.filter((stream) => !names.has(fold(stream)) && !/^id:/i.test(stream));
  if (unknown.length === 0) return undefined;
  return html`<div class="notice warn">${siteName(config, site)} had no stream ${unknown.join(', ')} when it was last asked.
    A stream that is not there is left out.</div>`;
}

function confirmForm({ app, sent, decisionId, token }: PreviewParts): Html {
  const href = appHref(app.site, app.appId);
  const isApproval = sent.verdict === 'approve';
  return form({
    action: `${href}/decide`,
    token,
    children: html`
      <input type="hidden" name="verdict" value=${sent.verdict} />
      <input type="hidden" name="decisionId" value=${decisionId} />
      <input type="hidden" name="note" value=${sent.note} />
      ${Object.entries(sent.targets).map(
        ([target, { mode, streams }]) => html`
          <input type="hidden" name=${`mode.${target}`} value=${mode} />
          ${streams.map((stream) => html`<input type="hidden" name=${`stream.${target}`} value=${stream} />`)}
        `,
      )}
      <div class="actions">
        <button class=${isApproval ? 'main' : 'danger'}>${isApproval ? 'Approve now' : 'Deny now'}</button>
        <button formaction=${`${href}/change`}>Change it</button>
      </div>
    `,
  });
}
