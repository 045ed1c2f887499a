import type { Config } from '../../../config/types.ts';
import type { Backup } from '../../../ledger/backups.ts';
import type { AppHistory, PromotionOfApp } from '../../../views/apps/app-history.ts';
import { sizeText } from '../../../views/plain.ts';
import { stateBadge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { promotionHref, siteName } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';
import type { WhyNot } from '../../sign-in/rights.ts';
import { contentName } from './content-name.ts';
import { backupHref, exportHref, versionHref } from './downloads.ts';

/** Each promotion with the files that were kept of it. `whyNot`: why this reader may not download. */
export function promotionsPart(config: Config, { promotions, isCut }: AppHistory, whyNot: WhyNot): Html {
  return html`<h2>Promotions and kept files</h2>
    ${whyNot && promotions.length > 0 && html`<p class="quiet">Files cannot be downloaded: ${whyNot}</p>`}
    ${table({
      caption: 'Promotions of this app, latest first',
      rows: promotions,
      empty: 'Nobody has decided about an app of this name yet.',
      columns: [
        {
          head: 'Begun',
          cell: ({ promotionKey, startedAtUtc }) =>
            html`<a href=${promotionHref(promotionKey)}>${moment(startedAtUtc)}</a>`,
        },
        { head: 'State', cell: ({ state }) => stateBadge(state) },
        { head: 'Decided by', cell: ({ decidedBy }) => decidedBy },
        { head: 'Content', cell: ({ content }) => content && contentName(content) },
        { head: 'App at the source', cell: ({ sourceAppId }) => html`<code>${sourceAppId}</code>` },
        { head: 'Files', cell: (row) => filesOf(config, row, whyNot) },
      ],
    })}
    ${isCut && html`<p class="quiet">Earlier promotions stand in the list of <a href="/promotions">promotions</a>.</p>`}`;
}

function filesOf(config: Config, { promotionKey, content, version, backups }: PromotionOfApp, whyNot: WhyNot): Html {
  const file = (href: string, words: string): Html =>
    whyNot ? html`<span>${words}</span>` : html`<a href=${href}>${words}</a>`;
  const kept = (one: Backup): string => {
    const data = one.withData ? 'with data' : 'without data';
    return `before it, at ${siteName(config, one.target)} (${data}, ${sizeText(one.sizeBytes)})`;
  };
  return html`<ul class="plain">
    ${content && html`<li>${file(exportHref(promotionKey), 'what was exported')}</li>`}
    ${version && html`<li>${file(versionHref(promotionKey), 'version in S3')} <code class="quiet">${version.versionId}</code></li>`}
    ${backups.map((one) => html`<li>${file(backupHref(one), kept(one))}</li>`)}
  </ul>`;
}
