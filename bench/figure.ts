import os from 'node:os';

/** One result of a scenario. A figure with a bar is held when it is not above it. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Highest value that is good enough; none for what is only reported. */
  readonly bar?: number;
  /** How far two runs of the same thing differ here, as a share: a value within it of the bar proves nothing. */
  readonly tolerance?: number;
  /** Load average of the last minute when it was taken. */
  readonly load: number;
}

export interface Report {
  readonly scenario: string;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly figures: readonly Figure[];
  /** What explains the figures: lists of calls, of steps. */
  readonly notes: readonly string[];
}

/** A figure with the load of now. */
export function figure(what: string, value: number, unit: string, more: Partial<Figure> = {}): Figure {
  return { what, value, unit, load: os.loadavg()[0] ?? 0, ...more };
}

/** `held`, `MISSED`, or `too close to tell` where the bar lies within the tolerance. */
export function verdictOf({ value, bar, tolerance = 0 }: Figure): string {
  if (bar === undefined) return '';
  if (tolerance > 0 && Math.abs(value - bar) <= bar * tolerance)
    return value <= bar ? 'held, closely' : 'MISSED, closely';
  return value <= bar ? 'held' : 'MISSED';
}

/** The report as lines for people. */
export function linesOf({ scenario, settings, figures, notes }: Report): string[] {
  const facts = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return [
    `${scenario}: ${facts.join(', ')}`,
    ...figures.map((one) => {
      const bar = one.bar === undefined ? '' : `, bar ${rounded(one.bar)}: ${verdictOf(one)}`;
      const within = one.tolerance ? ` ± ${Math.round(one.tolerance * 100)} %` : '';
      return `  ${one.what}: ${rounded(one.value)} ${one.unit}${within}${bar}  (load ${one.load.toFixed(1)})`;
    }),
    ...notes.map((note) => `    ${note}`),
  ];
}

function rounded(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}
