import type { FigureFilter } from '../../ledger/figures.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TimeSlices } from './time-slices.ts';

export type FigureCell = string | number | null;

/** One figure of the overview: chart, table and file are made of the same rows. */
export interface Figure {
  /** What it says, in a sentence. */
  readonly summary: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly FigureCell[])[];
}

/** What a figure is asked of. */
export interface FigureAsk {
  readonly time: TimeSlices;
  readonly narrowed: Omit<FigureFilter, 'slices'>;
  /** How people call a site. */
  readonly siteName: (alias: string) => string;
}

export type ReadFigure = (ledger: Ledger, ask: FigureAsk) => Promise<Figure>;

/** What the ledger is asked. */
export function filterOf({ time, narrowed }: FigureAsk): FigureFilter {
  return { ...narrowed, slices: time.slices };
}

/** A count with its noun: `1 mail`, `2 mails`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The head of the column of slices. */
export function sliceHead({ time }: FigureAsk): string {
  return { day: 'Day', week: 'Week from', month: 'Month' }[time.unit];
}
