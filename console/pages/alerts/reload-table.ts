import type { Config } from '../../../config/types.ts';
import type { AlertSend } from '../../../ledger/alert-sends.ts';
import { lasting } from '../../../common/clock.ts';
import type { ListedReload } from '../../../views/alerts/listed-reload.ts';
import { badge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { outside } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';
import { alertChoices } from './alerts-query.ts';

const MOST_REASON = 300;

/** Failed reloads, each with everybody who was told of it. */
export function reloadTable(config: Config, rows: readonly ListedReload[], empty: string): Html {
  return table({
    caption: 'Failed reloads, newest first',
    rows,
    empty,
    columns: [
      { head: 'App', cell: (row) => appCell(config, row) },
      { head: 'Found', cell: ({ foundAtUtc }) => moment(foundAtUtc) },
      { head: 'The reload', cell: reloadCell },
      { head: 'Told', cell: (row) => toldCell(config, row) },
      { head: 'Since then', cell: sinceCell },
    ],
  });
}

function appCell({ alerts }: Config, { appId, appName, tenant }: ListedReload): Html {
  const url = alerts.tenants[tenant]?.url;
  const name = appName ?? 'App without a known name';
  const href = url && `${url.replace(/\/+$/, '')}/sense/app/${encodeURIComponent(appId)}`;
  return html`<strong>${href ? outside(href, name) : name}</strong><div class="quiet">${tenant}${appName === undefined && html` <code>${appId}</code>`}</div>`;
}

function reloadCell({ ended, reason }: ListedReload): Html {
  if (reason === undefined) return html`${ended}`;
  const text = reason.length > MOST_REASON ? `${reason.slice(0, MOST_REASON)}…` : reason;
  return html`${ended}<div class="quiet">${text}</div>`;
}

function sinceCell({ fate, recoveredAtUtc }: ListedReload): Html {
  return html`${badge(fate.words, fate.tone)} ${recoveredAtUtc && html`<div>${moment(recoveredAtUtc)}</div>`}`;
}

function toldCell(config: Config, { alerts, isUnheard }: ListedReload): Html | string {
  if (isUnheard) return html`nobody<div class="quiet">No destination in the settings wants alerts of this app.</div>`;
  if (alerts.length === 0) return '';
  return html`<ul class="plain">${alerts.map((one) => html`<li>${alertLine(config, one)}</li>`)}</ul>`;
}

const tones = { sent: 'good', waiting: 'under-way', held: 'warn', 'given-up': 'bad' } as const;

function alertLine(config: Config, alert: AlertSend): Html {
  const { destination, recipient, kind, state, updatedAtUtc } = alert;
  const place = recipient === '' ? destination : `${recipient} (${destination})`;
  const what = kind === 'recovered' ? ', that it reloads again' : '';
  return html`${place}${what} ${badge(alertChoices[state], tones[state])} ${state !== 'waiting' && moment(updatedAtUtc)}
    ${whyCell(config, alert)}`;
}

function whyCell(config: Config, { state, attempts, lastError, destination }: AlertSend): Html | undefined {
  if (state === 'held') return html`<div class="quiet">${heldText(config, destination)}</div>`;
  if (state === 'sent' || lastError === undefined) return undefined;
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return html`<div class="quiet">${attempts > 0 && `Tried ${times}: `}${lastError}</div>`;
}

/** Held alerts wait for the digest that ends the quiet time of their place. */
function heldText({ alerts }: Config, destination: string): string {
  const [kind = '', name = ''] = destination.split('/');
  const all = alerts.destinations as Readonly<
    Record<string, Readonly<Record<string, { readonly rateLimitMs: number }>>>
  >;
  const limitMs = all[kind]?.[name]?.rateLimitMs;
  const limit = limitMs === undefined ? '' : `: one message in ${lasting(limitMs)}`;
  return `By the rate limit${limit}. It comes with the next digest.`;
}
