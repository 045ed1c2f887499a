import type { Config } from '../../../config/types.ts';
import type { FigureChoices } from '../../../ledger/figures.ts';
import { type Html, html } from '../../html/html.ts';
import { siteOptions } from '../promotions/site-options.ts';
import { chosenRange, type OverviewQuery, ranges, withQuery } from './overview-query.ts';

const MOST_SUGGESTIONS = 300;

/** What is shown: a range by one click, or two days, narrowed by site, stream and owner. */
export function overviewForm(config: Config, query: OverviewQuery, choices: FigureChoices): Html {
  const { from, to, site, stream, owner } = query;
  const chosen = chosenRange(query);
  const sites = [...new Set([...Object.keys(config.sources), ...choices.sites])];
  return html`<nav class="ranges" aria-label="Time">
      <ul>
        ${Object.entries(ranges).map(
          ([range, words]) =>
            html`<li><a href=${withQuery('/overview', { site, stream, owner }, { range })} aria-current=${range === chosen ? 'true' : undefined}>${words}</a></li>`,
        )}
      </ul>
    </nav>
    <form class="filters" method="get" action="/overview" role="search">
      ${chosen && html`<input type="hidden" name="range" value=${chosen} />`}
      <label>From <input type="date" name="from" value=${from} /></label>
      <label>to <input type="date" name="to" value=${to} /></label>
      <label>Site <select name="site">${siteOptions(config, sites, site)}</select></label>
      <label>Stream <input name="stream" value=${stream} list="streams" autocomplete="off" /></label>
      <label>Owner <input name="owner" value=${owner} list="owners" autocomplete="off" /></label>
      ${suggestions('streams', choices.streams)} ${suggestions('owners', choices.owners)}
      <button>Look</button>
      <a class="button" href=${withQuery('/overview', { from, to }, chosen === undefined ? {} : { range: chosen })}>Clear</a>
    </form>`;
}

function suggestions(id: string, all: readonly string[]): Html {
  return html`<datalist id=${id}>${all.slice(0, MOST_SUGGESTIONS).map((one) => html`<option value=${one}></option>`)}</datalist>`;
}
