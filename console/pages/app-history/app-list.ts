import { z } from 'zod';
import type { PromotedApp } from '../../../ledger/apps.ts';
import { type Html, html } from '../../html/html.ts';
import { appHistoryHref, siteName } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { siteOptions } from '../promotions/site-options.ts';
import { optionalText } from '../../server/query-fields.ts';

const ROWS_OF_A_PAGE = 50;
const MOST_PAGES = 1000;

const listQuery = z.object({
  text: optionalText,
  site: optionalText,
  page: z.coerce.number().int().min(1).max(MOST_PAGES).default(1),
});

type ListQuery = z.output<typeof listQuery>;

/** Every app that was ever decided about; filters stand in the address. */
export function addAppList(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/apps', async (request, reply) => {
    const query = readQuery(request, listQuery);
    const { text, site, page } = query;
    const skip = (page - 1) * ROWS_OF_A_PAGE;
    const found = await context.ledger.listPromotedApps({ text, site, skip, limit: ROWS_OF_A_PAGE + 1 });
    const rows = found.slice(0, ROWS_OF_A_PAGE);
    const body = html`
      ${filters(context, query)} ${appTable(context, rows)}
      <p class="pager">
        ${page > 1 && html`<a class="button" href=${pageHref(query, page - 1)}>Later ones</a>`}
        ${found.length > rows.length && html`<a class="button" href=${pageHref(query, page + 1)}>Earlier ones</a>`}
      </p>
    `;
    return showPage(context, request, reply, { title: 'Apps', body, current: '/apps', styles: 'promotions.css' });
  });
}

function appTable({ config }: ConsoleContext, rows: readonly PromotedApp[]): Html {
  return table({
    caption: 'Apps, the one that was decided about last first',
    rows,
    empty: 'No app is like that. An app stands here once somebody has decided about it.',
    columns: [
      { head: 'App', cell: (app) => html`<a href=${appHistoryHref(app)}><strong>${app.appName}</strong></a>` },
      { head: 'From', cell: ({ site }) => siteName(config, site) },
      { head: 'Decisions', isNumber: true, cell: ({ promotions }) => promotions },
      { head: 'Last one', cell: ({ latestUtc }) => moment(latestUtc) },
    ],
  });
}

function filters({ config }: ConsoleContext, { text, site }: ListQuery): Html {
  return html`<form class="filters" method="get" action="/apps" role="search">
    <label>App, owner, id or key <input type="search" name="text" value=${text} /></label>
    <label>From <select name="site">${siteOptions(config, Object.keys(config.sources), site)}</select></label>
    <button>Look</button>
    <a class="button" href="/apps">All</a>
  </form>`;
}

function pageHref({ text, site }: ListQuery, page: number): string {
  const params = new URLSearchParams({ ...(text && { text }), ...(site && { site }), page: String(page) });
  return `/apps?${params.toString()}`;
}
