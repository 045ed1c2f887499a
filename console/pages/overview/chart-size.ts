import type { Figure } from '../../../views/figures/figure.ts';
import type { FigureName } from '../../../views/figures/figures.ts';
import type { palettes } from './palette.ts';

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
