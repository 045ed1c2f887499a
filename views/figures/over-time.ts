import { lasting } from '../../common/clock.ts';
import type { FigureTimes } from '../../ledger/figures.ts';
import type { PromotionState } from '../../ledger/states.ts';
import { counted, type Figure, type FigureAsk, filterOf, type ReadFigure, sliceHead } from './figure.ts';

/** The outcomes that are told apart; every other state is under way. */
const outcomes: readonly (readonly [words: string, states: readonly PromotionState[]])[] = [
  ['Promoted', ['promoted']],
  ['Partly promoted', ['partly-promoted']],
  ['Not promoted', ['not-promoted']],
  ['Denied', ['denied']],
  ['Given up', ['aborted', 'expired', 'withdrawn']],
];
const heads = [...outcomes.map(([words]) => words), 'Under way'];

/** Promotions by when they began and what became of them. */
export const promotionsOverTime: ReadFigure = async (ledger, ask) => {
  const rows = ask.time.labels.map(() => heads.map(() => 0));
  for (const { slice, state, count } of await ledger.promotionsBegun(filterOf(ask))) {
    const known = outcomes.findIndex(([, states]) => states.includes(state));
    const at = known === -1 ? outcomes.length : known;
    const row = rows[slice];
    if (row) row[at] = (row[at] ?? 0) + count;
  }
  const sums = heads.map((words, at) => ({ words, sum: rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) }));
  const all = sums.reduce((sum, one) => sum + one.sum, 0);
  const parts = sums.filter(({ sum }) => sum > 0).map(({ words, sum }) => `${sum} ${words.toLowerCase()}`);
  return {
    summary: all === 0 ? 'No promotion began in this time.' : `${counted(all, 'promotion')}: ${parts.join(', ')}.`,
    heads: [sliceHead(ask), ...heads],
    rows: rows.map((row, slice) => [ask.time.labels[slice] ?? '', ...row]),
  };
};

/** How long it takes from publish until promoted. */
export const leadTime: ReadFigure = async (ledger, ask) =>
  timesFigure(ask, await ledger.leadTimes(filterOf(ask)), 'Nothing that was approved was promoted in this time.');

/** How long it takes from publish until somebody decides. */
export const approvalTime: ReadFigure = async (ledger, ask) =>
  timesFigure(ask, await ledger.decisionTimes(filterOf(ask)), 'Nothing was decided in this time.');

/** Versions that were kept, by when their promotions began. */
export const versionsOverTime: ReadFigure = async (ledger, ask) => {
  const found = await ledger.versionsKept(filterOf(ask));
  const bySlice = new Map(found.map(({ slice, count }) => [slice, count]));
  const all = found.reduce((sum, { count }) => sum + count, 0);
  return {
    summary: all === 0 ? 'No version was kept in this time.' : `${counted(all, 'version')} kept.`,
    heads: [sliceHead(ask), 'Versions kept'],
    rows: ask.time.labels.map((label, slice) => [label, bySlice.get(slice) ?? 0]),
  };
};

function timesFigure(ask: FigureAsk, { slices, whole }: FigureTimes, none: string): Figure {
  const bySlice = new Map(slices.map((one) => [one.slice, one]));
  return {
    summary: whole
      ? `Half within ${lasting(whole.p50Ms)}, 95 of 100 within ${lasting(whole.p95Ms)}, of ${counted(whole.count, 'promotion')}.`
      : none,
    heads: [sliceHead(ask), 'Promotions', 'p50, hours', 'p95, hours'],
    rows: ask.time.labels.map((label, slice) => {
      const one = bySlice.get(slice);
      return [label, one?.count ?? 0, hours(one?.p50Ms), hours(one?.p95Ms)];
    }),
  };
}

/** A table's hours; null where nothing was measured. */
function hours(durationMs: number | undefined): number | null {
  return durationMs === undefined ? null : Math.round(durationMs / 36_000) / 100;
}
