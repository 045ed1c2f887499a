import ms from 'ms';
import path from 'node:path';
import { servedSites } from '../../config/lookup.ts';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** A line of the report: what, and the facts about it, each on a line of its own. */
export type ReportLine = readonly [what: string, ...facts: readonly string[]];

/** The lines below one title, set in two columns. */
export function reportText(title: string, lines: readonly ReportLine[], end: string): string {
  const width = Math.max(...lines.map(([what]) => what.length)) + 2;
  const rows = lines.flatMap(([what, ...facts]) =>
    facts.map((fact, index) => `  ${(index === 0 ? what : '').padEnd(width)}${fact}`),
  );
  return `\n${title}\n\n${rows.join('\n')}\n\n${end}\n\n`;
}

/** One fact a source: where it is, how it is watched, where its apps may go. */
export function watchedLine({ sources, sites }: Config): ReportLine {
  const facts = Object.values(sources).map(({ alias, watch, sweepMs, targets }) => {
    const hosts = sites[alias]?.hosts.join(', ') ?? alias;
    const how = watch === 'poll' ? `a look every ${ms(sweepMs)}` : `callbacks, and a sweep every ${ms(sweepMs)}`;
    return `${alias} (${hosts}): ${how}; to ${targets.join(', ') || 'no target'}`;
  });
  return ['Watching', ...facts];
}

/** What a worker does the work of: sites, and the alerts of tenants. */
export function servingLine(config: Config): ReportLine {
  const tenants = Object.keys(config.alerts.tenants);
  const facts = [servedSites(config).join(', '), tenants.length > 0 ? `alerts of ${tenants.join(', ')}` : ''];
  return ['Serving', ...facts.filter((fact) => fact !== '')];
}

/** Where the listener is and how the sites reach it, or why there is none. */
export function listenerLine(
  config: Config,
  listener: { readonly url: string; readonly sites: readonly string[] },
): ReportLine {
  const { publicUrl } = config.listener;
  const calls = `${listener.sites.join(', ')} will call back at ${publicUrl}`;
  const isFar = listener.sites.some((site) => config.sites[site]?.hosts.some((host) => !isLoopback(host)));
  const warning = 'Only this machine can reach that address: set listener.bind and listener.publicUrl.';
  return ['Listener', listener.url, calls, ...(isFar && isLoopback(new URL(publicUrl).hostname) ? [warning] : [])];
}

export const noListenerLine: ReportLine = ['Listener', 'none: every source has watch: poll'];

/** Where the console can be opened, and, where nobody can administer it yet, the link that changes this. */
export function consoleLine({ url, setUpLink }: ServedConsole): ReportLine {
  if (!setUpLink) return ['Console', url];
  return ['Console', url, 'nobody administers it yet; within 24 hours, become administrator at', setUpLink.url];
}

interface ServedConsole {
  readonly url: string;
  readonly setUpLink?: { readonly url: string };
}

export function ledgerLine({ kind, place }: Ledger): ReportLine {
  return ['Ledger', kind === 'postgres' ? `PostgreSQL ${place}` : place];
}

/** Where the log is; the file is told by its beginning, for a number comes after it. */
export function logLine({ logging }: Config, process: string): ReportLine {
  if (logging.file === undefined) return ['Log', 'this terminal only; for a file set logging.file'];
  const { dir, name, ext } = path.parse(logging.file);
  return ['Log', path.join(dir, `${name}-${process}.*${ext || '.log'}`)];
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host);
}
