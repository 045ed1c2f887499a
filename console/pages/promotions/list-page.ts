import { badge, stateBadge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { promotionHref, siteName } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { type ListedPromotion, listPromotions } from '../../../views/overview.ts';
import { NOTHING_DELIVERED, toneOf } from '../../../views/state-tone.ts';
import type { DeliveryState } from '../../../workflows/contract.ts';
import { liveOpenWork } from '../events.ts';
import { filterOf, type ListQuery, listQuery, nextPage, stateChoices } from './list-query.ts';
import { siteOptions } from './site-options.ts';

const ROWS_OF_A_PAGE = 50;

/** All promotions, latest first; every filter stands in the address. */
export function addPromotionList(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;
  server.get('/promotions', async (request, reply) => {
    const query = readQuery(request, listQuery);
    const live = await liveOpenWork(context);
    const deciders = await ledger.deciders();
    const filter = filterOf(query, deciders, config.timeZone);
    const found = await listPromotions(ledger, { ...filter, limit: ROWS_OF_A_PAGE + 1 });
    const rows = found.slice(0, ROWS_OF_A_PAGE);
    const last = rows.at(-1);
    const body = html`
      ${filters(context, query, deciders)}
      ${promotionTable(context, rows)}
      ${
        found.length > rows.length &&
        last &&
        html`<p class="pager"><a class="button" href=${nextPage(query, last)}>Older ones</a></p>`
      }
    `;
    const page = { title: 'Promotions', body, current: '/promotions', live, styles: 'promotions.css' } as const;
    return showPage(context, request, reply, page);
  });
}

function promotionTable({ config }: ConsoleContext, rows: readonly ListedPromotion[]): Html {
  return table({
    caption: 'Promotions, latest first',
    rows,
    empty: 'No promotion is like that.',
    columns: [
      {
        head: 'App',
        cell: ({ promotionKey, appName, owner }) => html`
          <a href=${promotionHref(promotionKey)}><strong>${appName}</strong></a>
          <div class="quiet">${owner}</div>`,
      },
      { head: 'State', cell: ({ state }) => stateBadge(state) },
      { head: 'From', cell: ({ site }) => siteName(config, site) },
      { head: 'To', cell: (row) => targetBadges(config, row) },
      { head: 'Decided by', cell: ({ verdict, decidedBy }) => html`${verdictWords[verdict]} ${decidedBy}` },
      { head: 'Begun', cell: ({ startedAtUtc }) => moment(startedAtUtc) },
    ],
  });
}

const verdictWords = { approve: 'approved by', deny: 'denied by', reload: 'on reload, set by' } as const;

function targetBadges(config: ConsoleContext['config'], row: ListedPromotion): Html {
  const all = Object.entries(row.targets);
  if (all.length === 0) return html`<span class="quiet">nowhere</span>`;
  return html`<ul class="plain">
    ${all.map(([site, state]) => html`<li>${siteName(config, site)} ${deliveryBadge(row, site, state)}</li>`)}
  </ul>`;
}

function deliveryBadge({ nothingDelivered }: ListedPromotion, site: string, state: string | null): Html {
  if (nothingDelivered.includes(site)) return badge(NOTHING_DELIVERED, 'bad');
  if (state === null) return badge('not begun', 'quiet');
  return badge(state.replaceAll('-', ' '), toneOf(state as DeliveryState));
}

function filters({ config }: ConsoleContext, query: ListQuery, deciders: readonly string[]): Html {
  const states = Object.entries(stateChoices);
  return html`<form class="filters" method="get" action="/promotions" role="search">
    <label>App, owner or key <input type="search" name="text" value=${query.text} /></label>
    <label>From <select name="site">${siteOptions(config, Object.keys(config.sources), query.site)}</select></label>
    <label>State <select name="state">
      <option value="">any</option>
      ${states.map(([value, words]) => html`<option value=${value} selected=${value === query.state}>${words}</option>`)}
    </select></label>
    <label>Decided by <input name="who" value=${query.who} list="deciders" autocomplete="off" /></label>
    <datalist id="deciders">${deciders.slice(0, MOST_SUGGESTIONS).map((one) => html`<option value=${one}></option>`)}</datalist>
    <label>Begun from <input type="date" name="from" value=${query.from} /></label>
    <label>to <input type="date" name="to" value=${query.to} /></label>
    <button>Look</button>
    <a class="button" href="/promotions">All</a>
  </form>`;
}

const MOST_SUGGESTIONS = 300;
