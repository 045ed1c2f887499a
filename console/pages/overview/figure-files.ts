import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Figure } from '../../../views/figures/figure.ts';
import { figureCsv } from '../../../views/figures/figure-csv.ts';
import { type FigureName, figureNames, readFigure } from '../../../views/figures/figures.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { askOf, overviewQuery } from './overview-query.ts';

const looks = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  size: z.enum(['wide', 'narrow']).default('wide'),
});

/** Each figure of the overview as an image and as a file, of the same rows. */
export function addFigureFiles(server: ConsoleServer, { config, ledger }: ConsoleContext): void {
  const figureOf = (name: FigureName, request: FastifyRequest): Promise<Figure> =>
    readFigure[name](ledger, askOf(config, readQuery(request, overviewQuery)));

  for (const name of figureNames) {
    server.get(`/overview/${name}.svg`, async (request, reply) => {
      const { theme, size } = readQuery(request, looks);
      const figure = await figureOf(name, request);
      // It takes half a second and much memory to load: a console whose overview nobody opens does without.
      const { drawChart } = await import('./draw-chart.ts');
      return (
        reply
          .type('image/svg+xml; charset=utf-8')
          // Opened by itself, it may have the styles that stand in it, and nothing else.
          .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
          .send(drawChart(name, figure, theme, size))
      );
    });
    server.get(`/overview/${name}.csv`, async (request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="waybill-${name}.csv"`)
        .send(figureCsv(await figureOf(name, request))),
    );
  }
}
