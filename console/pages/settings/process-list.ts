import type { RunningProcess } from '../../../ledger/processes.ts';
import { badge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { table } from '../../html/table.ts';
import { ago } from '../../html/time.ts';
import type { WrittenSettings } from '../../settings/written-settings.ts';

/** Which settings each running process has, held against the file as the console reads it. */
export function processList(processes: readonly RunningProcess[], written: WrittenSettings): Html {
  return table({
    caption: 'Processes and their settings',
    rows: processes,
    empty: 'No process tells of itself.',
    columns: [
      { head: 'Process', cell: ({ name, host }) => `waybill ${name} on ${host}` },
      { head: 'Settings', cell: (process) => stateOf(process, written) },
      { head: 'Since', cell: ({ configSinceUtc }) => ago(configSinceUtc) },
    ],
  });
}

function stateOf(process: RunningProcess, { fingerprint, file }: WrittenSettings): Html {
  const { configFingerprint, configFile, isWatching, waiting, problems } = process;
  if (problems.length > 0)
    return html`<div>${badge('not taken over', 'bad')} ${problems.map((line) => html`<p>${line}</p>`)}</div>`;
  if (configFingerprint !== fingerprint) {
    const why = !isWatching
      ? 'it looks for no changes (configuration.checkEvery): restart it'
      : configFile === file
        ? 'it looks every few seconds'
        : `it reads ${configFile}, which does not say the same`;
    return html`<div>${badge('not taken over yet', 'warn')} ${why}</div>`;
  }
  if (waiting.length > 0)
    return html`<div>
      ${badge('needs a restart', 'warn')} all is taken over, but for: ${waiting.map((line) => html`<p>${line}</p>`)}
    </div>`;
  return badge('taken over', 'good');
}
