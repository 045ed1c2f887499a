/** The colours of a chart: those of the pages, as an image does not know their style sheet. */
export interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly accent: string;
  /** For what came later or is rarer than what has the accent. */
  readonly second: string;
  /** In the order of the outcomes. */
  readonly outcomes: readonly string[];
}

/** What a chart has to do with. */
export interface ChartRoom {
  readonly palette: Palette;
  readonly isNarrow: boolean;
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    ground: '#ffffff',
    ink: '#1b2426',
    quiet: '#566265',
    line: '#d9dedb',
    accent: '#0d5c63',
    second: '#b06a00',
    outcomes: ['#2f8a52', '#7a9a1f', '#a3261b', '#b06a00', '#7d888a', '#1f4e9e'],
  },
  dark: {
    ground: '#1c2225',
    ink: '#e6ebe9',
    quiet: '#a3b0b0',
    line: '#323b3f',
    accent: '#6fc7cd',
    second: '#f0c069',
    outcomes: ['#7fd49a', '#c3d96b', '#ff9c90', '#f0c069', '#a3b0b0', '#9cc0ff'],
  },
};
