import { BarChart, LineChart, SankeyChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Figure } from '../../../views/figures/figure.ts';
import type { FigureName } from '../../../views/figures/figures.ts';
import { optionFor } from './chart-options.ts';
import { type ChartSize, type ChartTheme, sizeOf } from './chart-size.ts';
import { palettes } from './palette.ts';

echarts.use([BarChart, LineChart, SankeyChart, GridComponent, LegendComponent, SVGRenderer]);

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
