import { BarChart, LineChart, SankeyChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Figure } from '../../../views/figures/figure.ts';
import type { FigureName } from '../../../views/figures/figures.ts';
import { optionFor } from './chart-options.ts';
import { palettes } from './palette.ts';

echarts.use([BarChart, LineChart, SankeyChart, GridComponent, LegendComponent, SVGRenderer]);

export type ChartTheme = keyof typeof palettes;
export type ChartSize = keyof typeof widths;

/** In the pixels of a page; the narrow one is for telephones. */
const widths = { wide: 560, narrow: 350 } as const;
/** The flow has a whole row of the page. */
const FLOW_WIDTH = 960;
const MIDDLE_HEIGHT = 300;
const ROW_HEIGHT = 34;
const LEAST_HEIGHT = 60;
const MOST_ROWS = 10;
const FLOW_HEIGHT = 460;

/** How large a chart is drawn. */
export function sizeOf(name: FigureName, { rows }: Figure, size: ChartSize): { width: number; height: number } {
  const isRanking = name === 'failures' || name === 'mails';
  const ofRows = Math.max(LEAST_HEIGHT, Math.min(rows.length, MOST_ROWS) * ROW_HEIGHT + 16);
  return {
    width: name === 'flow' && size === 'wide' ? FLOW_WIDTH : widths[size],
    height: isRanking ? ofRows : name === 'flow' ? FLOW_HEIGHT : MIDDLE_HEIGHT,
  };
}

/** A chart as the text of an SVG, without scripts. */
export function drawChart(name: FigureName, figure: Figure, theme: ChartTheme, size: ChartSize): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...sizeOf(name, figure, size) });
  try {
    chart.setOption(optionFor[name](figure, { palette: palettes[theme], isNarrow: size === 'narrow' }));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
