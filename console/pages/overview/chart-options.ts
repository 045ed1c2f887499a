import type { EChartsCoreOption } from 'echarts/core';
import type { Figure, FigureCell } from '../../../views/figures/figure.ts';
import type { FigureName } from '../../../views/figures/figures.ts';
import { flowOption } from './flow-option.ts';
import type { ChartRoom } from './palette.ts';

type OptionFor = (figure: Figure, room: ChartRoom) => EChartsCoreOption;

/** What each figure is drawn as. */
export const optionFor: Readonly<Record<FigureName, OptionFor>> = {
  promotions: (figure, room) => columns(figure, room, room.palette.outcomes),
  versions: (figure, room) => columns(figure, room, [room.palette.accent]),
  'lead-time': times,
  'approval-time': times,
  failures: ranking,
  mails: ranking,
  flow: flowOption,
};

/** Columns over time; several stand on one another. */
function columns({ heads, rows }: Figure, room: ChartRoom, colours: readonly string[]): EChartsCoreOption {
  return {
    ...overTime(rows, room, heads.length - 1),
    ...(heads.length > 2 && { legend: legend(room) }),
    yAxis: valueAxis(room, { minInterval: 1 }),
    series: heads.slice(1).map((name, at) => ({
      type: 'bar',
      name,
      stack: 'all',
      barMaxWidth: 40,
      itemStyle: { color: colours[at], borderColor: room.palette.ground, borderWidth: 1 },
      data: rows.map((row) => row[at + 1] || null),
    })),
  };
}

/** Two lines over time, in hours. A point is shown, as a slice may stand alone. */
function times({ rows }: Figure, room: ChartRoom): EChartsCoreOption {
  const line = (name: string, at: number, color: string, type: string) => ({
    type: 'line',
    name,
    symbol: at === 2 ? 'circle' : 'diamond',
    symbolSize: 7,
    itemStyle: { color },
    lineStyle: { color, type, width: 2 },
    data: rows.map((row) => row[at] ?? null),
  });
  return {
    ...overTime(rows, room, 2),
    legend: legend(room),
    yAxis: valueAxis(room, { name: 'hours' }),
    series: [line('p50', 2, room.palette.accent, 'solid'), line('p95', 3, room.palette.second, 'dashed')],
  };
}

/** The room that is given holds the labels of the axes too. */
const labelsInside = { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' } as const;

const MOST_BARS = 10;

/** Bars with their counts, the most frequent at the top. */
function ranking({ rows }: Figure, room: ChartRoom): EChartsCoreOption {
  const shown = rows.slice(0, MOST_BARS);
  const { palette, isNarrow } = room;
  return {
    ...base(room),
    grid: { left: 8, right: 48, top: 8, bottom: 8, ...labelsInside },
    xAxis: { type: 'value', show: false },
    yAxis: {
      type: 'category',
      inverse: true,
      data: shown.map(([name]) => String(name)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.ink, fontSize: 13, width: isNarrow ? 130 : 260, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 22,
        itemStyle: { color: palette.accent },
        label: { show: true, position: 'right', color: palette.ink, fontSize: 13 },
        data: shown.map(([, count]) => count ?? 0),
      },
    ],
  };
}

/** Above the chart. A legend of many names takes two lines, and three on a narrow one. */
function roomOfLegend(names: number, { isNarrow }: ChartRoom): number {
  if (names === 1) return 16;
  if (names === 2) return 60;
  return isNarrow ? 118 : 88;
}

function base({ palette }: ChartRoom): EChartsCoreOption {
  return { animation: false, backgroundColor: palette.ground, textStyle: { fontFamily: 'system-ui, sans-serif' } };
}

function overTime(rows: readonly (readonly FigureCell[])[], room: ChartRoom, names: number): EChartsCoreOption {
  const { palette } = room;
  return {
    ...base(room),
    grid: { left: 8, right: 16, top: roomOfLegend(names, room), bottom: 8, ...labelsInside },
    xAxis: {
      type: 'category',
      data: rows.map(([label]) => String(label)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.quiet, fontSize: 12, hideOverlap: true },
    },
  };
}

function valueAxis({ palette }: ChartRoom, more: object): object {
  return {
    type: 'value',
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.quiet, fontSize: 12 },
    nameTextStyle: { color: palette.quiet, fontSize: 12 },
    splitNumber: 4,
    ...more,
  };
}

function legend({ palette }: ChartRoom): object {
  return {
    top: 4,
    left: 4,
    itemGap: 26,
    itemWidth: 16,
    itemHeight: 10,
    textStyle: { color: palette.ink, fontSize: 13 },
  };
}
