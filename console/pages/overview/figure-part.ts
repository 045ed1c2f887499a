import type { Figure, FigureCell } from '../../../views/figures/figure.ts';
import type { FigureName } from '../../../views/figures/figures.ts';
import { type Html, html } from '../../html/html.ts';
import { table } from '../../html/table.ts';
import type { Theme } from '../../html/theme.ts';
import { type ChartTheme, sizeOf } from './chart-size.ts';
import { type OverviewQuery, withQuery } from './overview-query.ts';

interface FigureLook {
  readonly query: OverviewQuery;
  readonly theme: Theme;
}

const titles: Readonly<Record<FigureName, readonly [title: string, explanation: string]>> = {
  promotions: ['Promotions', 'By when they began, and what became of them.'],
  'lead-time': [
    'Lead time',
    'From the publish of an app until it was promoted to every target; on-reload promotions apart.',
  ],
  'approval-time': ['Approval time', 'From the publish of an app until somebody approved or denied it.'],
  failures: ['Failures by cause', 'How often a step was held up so long that operators were told, by the day of that.'],
  versions: ['Versions kept', 'Versions in S3, by when their promotion began.'],
  mails: ['Mails sent', 'By the day of sending.'],
  flow: ['From owner and stream to target', 'Deliveries that were verified.'],
};

/** A table of more rows is in the file alone. */
const MOST_ROWS = 100;

/** One figure: its sentence, its chart, and the same as a table and as a file. */
export function figurePart(name: FigureName, figure: Figure, look: FigureLook): Html {
  const [title, explanation] = titles[name];
  const isEmpty = figure.rows.every(([, ...cells]) => cells.every((cell) => cell === 0 || cell === null));
  return html`<section class=${`sheet figure ${name}`} aria-labelledby=${`figure-${name}`}>
    <h2 id=${`figure-${name}`}>${title}</h2>
    <p><strong>${figure.summary}</strong> <span class="quiet">${explanation}</span></p>
    ${!isEmpty && picture(name, figure, look)}
    ${
      !isEmpty &&
      html`<details>
        <summary>As a table</summary>
        ${figureTable(title, figure)}
      </details>`
    }
    <p><a href=${withQuery(`/overview/${name}.csv`, look.query)}>As a file (CSV)<span class="hidden">: ${title}</span></a></p>
  </section>`;
}

/** The browser takes the chart that fits its width and, where nothing was chosen, its appearance. */
function picture(name: FigureName, figure: Figure, { query, theme }: FigureLook): Html {
  const address = (chart: ChartTheme, size: 'wide' | 'narrow') =>
    withQuery(`/overview/${name}.svg`, query, { theme: chart, size });
  const usual = theme === 'dark' ? 'dark' : 'light';
  const { width, height } = sizeOf(name, figure, 'wide');
  const narrow = sizeOf(name, figure, 'narrow');
  const isNarrow = '(max-width: 40rem)';
  const isDark = '(prefers-color-scheme: dark)';
  const source = (media: string, srcset: string, size: { width: number; height: number }) =>
    html`<source media=${media} srcset=${srcset} width=${size.width} height=${size.height} />`;
  return html`<picture>
    ${theme === 'auto' && source(`${isNarrow} and ${isDark}`, address('dark', 'narrow'), narrow)}
    ${source(isNarrow, address(usual, 'narrow'), narrow)}
    ${theme === 'auto' && source(isDark, address('dark', 'wide'), { width, height })}
    <img src=${address(usual, 'wide')} width=${width} height=${height} alt=${`${titles[name][0]}: ${figure.summary}`} loading="lazy" />
  </picture>`;
}

function figureTable(title: string, { heads, rows }: Figure): Html {
  const shown = rows.slice(0, MOST_ROWS);
  return html`${table({
    caption: title,
    rows: shown,
    empty: 'Nothing.',
    columns: heads.map((head, at) => ({
      head,
      isNumber: rows.every((row) => typeof row[at] !== 'string'),
      cell: (row: readonly FigureCell[]) => row[at] ?? '',
    })),
  })}
  ${rows.length > shown.length && html`<p class="quiet">The first ${shown.length} of ${rows.length} rows; all are in the file.</p>`}`;
}
