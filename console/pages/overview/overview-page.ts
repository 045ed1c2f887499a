import type { FigureAsk } from '../../../views/figures/figure.ts';
import { figureNames, readFigure } from '../../../views/figures/figures.ts';
import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { themeOf } from '../../html/theme.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { addFigureFiles } from './figure-files.ts';
import { figurePart } from './figure-part.ts';
import { overviewForm } from './overview-form.ts';
import { askOf, daysOf, overviewQuery } from './overview-query.ts';

/** How promotions went over a time: charts, each with its table and its file; every filter stands in the address. */
export function addOverviewPage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;
  addFigureFiles(server, context);

  server.get('/overview', async (request, reply) => {
    const query = readQuery(request, overviewQuery);
    const ask = askOf(config, query);
    const choices = await ledger.figureChoices();
    const figures = await Promise.all(
      figureNames.map(async (name) => ({ name, figure: await readFigure[name](ledger, ask) })),
    );
    const { from, to } = daysOf(query, config.timeZone);
    const theme = themeOf(context, request);
    const body = html`
      ${overviewForm(config, query, choices)}
      <p class="quiet">From ${from} to ${to}${narrowedText(ask)}.</p>
      <div class="figures">${figures.map(({ name, figure }) => figurePart(name, figure, { query, theme }))}</div>
    `;
    const page = { title: 'Overview', body, current: '/overview', styles: 'overview.css' } as const;
    return showPage(context, request, reply, page);
  });
}

function narrowedText({ narrowed: { site, stream, owner }, siteName }: FigureAsk): string {
  return [
    site === undefined ? '' : `, from ${siteName(site)}`,
    stream === undefined ? '' : `, of the stream ${stream}`,
    owner === undefined ? '' : `, of ${owner}`,
  ].join('');
}
