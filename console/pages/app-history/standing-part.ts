import type { Config } from '../../../config/types.ts';
import type { AppHistory } from '../../../views/apps/app-history.ts';
import { type Html, html } from '../../html/html.ts';
import { inHub, inQmc, promotionHref, siteName } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';
import { contentName } from './content-name.ts';

/** Which bytes stand where since when. */
export function standingPart(config: Config, { standing }: Pick<AppHistory, 'standing'>): Html {
  return html`<h2>Where it stands</h2>
    <p class="quiet">As Waybill left it. What somebody changed or removed at a target afterwards is not known here.</p>
    ${table({
      caption: 'Where it stands, latest first',
      rows: standing,
      empty: 'Nothing of it was delivered yet.',
      columns: [
        { head: 'Site', cell: ({ target }) => siteName(config, target) },
        { head: 'Stream', cell: ({ stream }) => stream },
        { head: 'Content', cell: contentName },
        { head: 'Since', cell: ({ sinceUtc }) => moment(sinceUtc) },
        { head: 'By', cell: ({ promotionKey }) => html`<a href=${promotionHref(promotionKey)}>this promotion</a>` },
        {
          head: 'App',
          cell: ({ target, appId }) =>
            html`<code>${appId}</code><div class="link-line">${inHub(config, target, appId)} ${inQmc(config, target)}</div>`,
        },
      ],
    })}`;
}
