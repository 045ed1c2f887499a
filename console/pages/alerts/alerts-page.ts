import type { Config } from '../../../config/types.ts';
import { listedReload } from '../../../views/alerts/listed-reload.ts';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { alertChoices, type AlertsQuery, alertsQuery, nextPage, outlookChoices, searchOf } from './alerts-query.ts';
import { reloadTable } from './reload-table.ts';

const ROWS_OF_A_PAGE = 50;

/** Failed reloads of Qlik Cloud: who was told when, what was held back, and whether the app reloads again. */
export function addAlertsPage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;
  server.get('/alerts', async (request, reply) => {
    const query = readQuery(request, alertsQuery);
    const search = { ...searchOf(query, config.timeZone), limit: ROWS_OF_A_PAGE + 1 };
    const [found, known] = await Promise.all([ledger.searchReloadFailures(search), ledger.alertDestinations()]);
    const rows = found.slice(0, ROWS_OF_A_PAGE);
    const last = rows.at(-1);
    const body = html`
      <p class="quiet">Reloads that failed in Qlik Cloud, the newest first, and who was told of each.</p>
      ${filters(config, query, known)}
      ${reloadTable(config, rows.map(listedReload), emptyText(config, query))}
      ${
        found.length > rows.length &&
        last &&
        html`<p class="pager"><a class="button" href=${nextPage(query, last)}>Older ones</a></p>`
      }
    `;
    return showPage(context, request, reply, { title: 'Alerts', body, current: '/alerts', styles: 'promotions.css' });
  });
}

function emptyText({ alerts }: Config, query: AlertsQuery): string {
  if (Object.keys(query).length > 0) return 'No failed reload is like that.';
  return Object.keys(alerts.tenants).length === 0
    ? 'No tenant of Qlik Cloud is watched: alerts.tenants of the settings is empty.'
    : 'No reload has failed.';
}

function filters(config: Config, query: AlertsQuery, destinations: readonly string[]): Html {
  const { tenants } = config.alerts;
  return html`<form class="filters" method="get" action="/alerts" role="search">
    <label>App <input type="search" name="app" value=${query.app} /></label>
    <label>Tenant <select name="tenant">${options('any tenant', asChoices(Object.keys(tenants)), query.tenant)}</select></label>
    <label>Became <select name="outlook">${options('any', outlookChoices, query.outlook)}</select></label>
    <label>Alert <select name="alert">${options('any', alertChoices, query.alert)}</select></label>
    <label>Sent to <select name="destination">${options('any place', asChoices(destinations), query.destination)}</select></label>
    <label>From <input type="date" name="from" value=${query.from} /></label>
    <label>to <input type="date" name="to" value=${query.to} /></label>
    <button>Look</button>
    <a class="button" href="/alerts">All</a>
  </form>`;
}

function asChoices(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

function options(any: string, choices: Readonly<Record<string, string>>, chosen: string | undefined): Html[] {
  return [
    html`<option value="">${any}</option>`,
    ...Object.entries(choices).map(
      ([value, words]) => html`<option value=${value} selected=${value === chosen}>${words}</option>`,
    ),
  ];
}
