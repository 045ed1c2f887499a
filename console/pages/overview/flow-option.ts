import type { EChartsCoreOption } from 'echarts/core';
import type { Figure } from '../../../views/figures/figure.ts';
import type { ChartRoom } from './palette.ts';

/** More than so many of one column are told as one. */
const MOST_OF_COLUMN = 12;

const OTHERS = 'all others';

type Way = readonly [owner: string, stream: string, target: string, count: number];

/** From owners through streams to targets; the smallest of many are one. */
export function flowOption({ rows }: Figure, { palette, isNarrow }: ChartRoom): EChartsCoreOption {
  const ways = shortened(
    rows.map(([owner, stream, target, count]) => [...names(owner, stream, target), Number(count)]),
  );
  const nodes = [0, 1, 2].flatMap((depth) =>
    [...new Set(ways.map((way) => String(way[depth])))].map((name) => ({
      name: idOf(depth, name),
      depth,
      itemStyle: { color: [palette.accent, palette.outcomes[5], palette.outcomes[0]][depth] },
      label: { position: depth === 2 ? 'left' : 'right' },
    })),
  );
  return {
    animation: false,
    backgroundColor: palette.ground,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    series: [
      {
        type: 'sankey',
        left: 8,
        right: 8,
        top: 12,
        bottom: 12,
        nodeGap: 10,
        data: nodes,
        links: [...linksBetween(ways, 0), ...linksBetween(ways, 1)],
        lineStyle: { color: palette.quiet, opacity: 0.28 },
        label: {
          color: palette.ink,
          fontSize: isNarrow ? 11 : 13,
          width: isNarrow ? 96 : 220,
          overflow: 'truncate',
          textBorderColor: palette.ground,
          textBorderWidth: 3,
          formatter: ({ name }: { name: string }) => name.slice(2),
        },
      },
    ],
  };
}

function names(...cells: readonly unknown[]): [string, string, string] {
  const [owner, stream, target] = cells.map(String);
  return [owner ?? '', stream ?? '', target ?? ''];
}

/** An owner, a stream and a target of one name are three. */
function idOf(depth: number, name: string): string {
  return `${depth} ${name}`;
}

function shortened(ways: readonly Way[]): Way[] {
  const kept = ([0, 1, 2] as const).map((depth) => mostOf(ways, depth));
  const named = (depth: number, name: string): string => (kept[depth]?.has(name) ? name : OTHERS);
  return ways.map(([owner, stream, target, count]) => [named(0, owner), named(1, stream), named(2, target), count]);
}

function mostOf(ways: readonly Way[], depth: 0 | 1 | 2): Set<string> {
  const sums = new Map<string, number>();
  for (const way of ways) sums.set(way[depth], (sums.get(way[depth]) ?? 0) + way[3]);
  const order = [...sums].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  return new Set(order.length > MOST_OF_COLUMN ? order.slice(0, MOST_OF_COLUMN - 1) : order);
}

function linksBetween(ways: readonly Way[], depth: 0 | 1): { source: string; target: string; value: number }[] {
  const sums = new Map<string, { source: string; target: string; value: number }>();
  for (const way of ways) {
    const [source, target] = [idOf(depth, way[depth]), idOf(depth + 1, way[depth === 0 ? 1 : 2])];
    const key = JSON.stringify([source, target]);
    sums.set(key, { source, target, value: (sums.get(key)?.value ?? 0) + way[3] });
  }
  return [...sums.values()];
}
