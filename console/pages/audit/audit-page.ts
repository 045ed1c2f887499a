import { auditKinds } from '../../../ledger/audit-kinds.ts';
import { type AuditRow, auditRows } from '../../../ledger/audit.ts';
import { auditSentence, auditSite } from '../../../views/audit/audit-sentence.ts';
import { auditTable } from '../../../views/audit/audit-table.ts';
import { badge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { promotionHref } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { table } from '../../html/table.ts';
import { exact } from '../../html/time.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { siteOptions } from '../promotions/site-options.ts';
import { auditFilterOf, type AuditPageQuery, auditPageQuery, withFilters } from './audit-query.ts';

const ROWS_OF_A_PAGE = 100;

/** Who did what and when, by any filter, and the same as a file for a spreadsheet. */
export function addAuditPage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;

  server.get('/audit', async (request, reply) => {
    const query = readQuery(request, auditPageQuery);
    const filter = auditFilterOf(query, config.timeZone);
    const found = await ledger.listAudit({ ...filter, limit: ROWS_OF_A_PAGE + 1 });
    const rows = found.slice(0, ROWS_OF_A_PAGE);
    const last = rows.at(-1);
    const { before: _, ...filters } = query;
    const body = html`
      ${filterForm(context, query)}
      ${auditList(rows)}
      <p class="actions">
        ${
          found.length > rows.length &&
          last &&
          html`<a class="button" href=${withFilters('/audit', { ...query, before: last.n })}>Older ones</a>`
        }
        <a class="button" href=${withFilters('/audit.csv', filters)}>As a file (CSV)</a>
      </p>
      <p class="quiet">Each entry bears a hash of itself and of the one before; <code>waybill audit verify</code> finds one
        that was changed or taken away.</p>
    `;
    return showPage(context, request, reply, { title: 'Audit', body, current: '/audit' });
  });

  server.get('/audit.csv', async (request, reply) => {
    const query = readQuery(request, auditPageQuery);
    // What is written while it is read belongs to the next file.
    const head = await ledger.auditHead();
    const beforeN = query.before ?? (head?.n ?? 0) + 1;
    const rows = auditRows(ledger, { ...auditFilterOf(query, config.timeZone), beforeN });
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="waybill-audit.csv"')
      .send(auditTable(rows, { format: 'csv', bom: true }));
  });
}

function auditList(rows: readonly AuditRow[]): Html {
  return table({
    caption: 'Entries of the audit trail, newest first',
    rows,
    empty: 'No entry is like that.',
    columns: [
      { head: 'Number', isNumber: true, cell: ({ n }) => n },
      { head: 'When', cell: ({ atUtc }) => exact(atUtc) },
      { head: 'Kind', cell: ({ kind }) => badge(kind, 'quiet') },
      { head: 'Who', cell: whoCell },
      { head: 'What happened', cell: whatCell },
      { head: 'Where', cell: auditSite },
    ],
  });
}

function whoCell({ account, door, asserted }: AuditRow): Html | string {
  if (account === undefined) return '';
  return html`${account} ${door && html`<div class="quiet">${door}${asserted && ', name not proven'}</div>`}`;
}

function whatCell(row: AuditRow): Html {
  const { appName, promotionKey } = row;
  // What was refused before any decision has a key of its own, without a promotion behind it.
  const isPromoted = promotionKey !== undefined && !promotionKey.includes('.');
  const app = isPromoted ? html`<a href=${promotionHref(promotionKey)}>${appName ?? promotionKey}</a>` : appName;
  return html`${app && html`<strong>${app}</strong>: `}${auditSentence(row)}`;
}

function filterForm({ config }: ConsoleContext, query: AuditPageQuery): Html {
  const { text, kind, account, site, app, promotion, from, to } = query;
  return html`<form class="filters" method="get" action="/audit" role="search">
    <label>Text <input type="search" name="text" value=${text} /></label>
    <label>Kind <select name="kind">
      <option value="">any</option>
      ${auditKinds.map((one) => html`<option value=${one} selected=${one === kind}>${one}</option>`)}
    </select></label>
    <label>Account <input name="account" value=${account} /></label>
    <label>Site <select name="site">${siteOptions(config, Object.keys(config.sites), site)}</select></label>
    <label>From <input type="date" name="from" value=${from} /></label>
    <label>to <input type="date" name="to" value=${to} /></label>
    ${app && html`<input type="hidden" name="app" value=${app} />`}
    ${promotion && html`<label>Promotion <input name="promotion" value=${promotion} /></label>`}
    <button>Look</button>
    <a class="button" href="/audit">All</a>
  </form>`;
}
