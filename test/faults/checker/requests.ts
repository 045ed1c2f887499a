import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import type { RunFacts, SourceSettings, TargetFacts } from './run-facts.ts';
import { isSame, type SiteWalk, type Step } from './site-walk.ts';

/** What an app's custom properties ask for, read anew from the rows alone. */
export interface Request {
  readonly word: 'approve' | 'deny' | undefined;
  /** The rows that say so. */
  readonly rowIds: readonly string[];
  readonly accounts: readonly string[];
  /** The rows that name targets and streams. */
  readonly placeRows: AppStanding['rows'];
  readonly targets: readonly TargetFacts[];
  /** Nothing in the targets is missing, unknown or contradictory. */
  readonly isWhole: boolean;
  readonly unpublish: boolean;
  readonly reload: boolean;
}

/** A time in which an app stood approved, or denied, without a break. */
export interface DecisionRun {
  readonly site: string;
  readonly appId: string;
  readonly word: 'approve' | 'deny';
  /** All rows came anew with the same word while the content changed: nobody can say whether it is a decision. */
  readonly isDoubtful: boolean;
  /** The event by which somebody decided. */
  readonly begun: Step;
  /** How the app stood whenever somebody set the decision. */
  readonly bindings: AppStanding[];
  /** How the app stood at any time from the decision on. */
  readonly contents: AppStanding[];
  readonly accounts: Set<string>;
  readonly requests: Request[];
  /** Undefined while it stands. */
  ended: Step | undefined;
  request: Request;
}

/** What the rows ask for. */
export function readRequest(app: AppStanding, source: SourceSettings, targets: readonly string[]): Request {
  const { properties, words } = source;
  const values = (name: string) => app.rows.filter((row) => isSame(row.name, name));
  const saying = (name: string, known: readonly string[]) =>
    values(name).filter((row) => known.some((word) => isSame(word, row.value)));
  const approve = saying(properties.approval, words.approve);
  const deny = saying(properties.approval, words.deny);
  const streams = values(properties.stream).map((row) => row.value.trim());
  const servers = values(properties.server).map((row) => readServer(row.value, source, targets));
  const known = servers.flatMap((server) => server ?? []);
  const isWhole = known.length > 0 && known.length === servers.length && streams.length > 0 && hasOneModeEach(known);
  const decided = approve.length > 0 && deny.length > 0 ? [] : [...approve, ...deny];
  return {
    word: decided.length === 0 ? undefined : approve.length > 0 ? 'approve' : 'deny',
    rowIds: decided.map((row) => row.id),
    accounts: decided.map((row) => row.by),
    placeRows: [...values(properties.server), ...values(properties.stream)],
    targets: known.map((server) => ({ ...server, streams })),
    isWhole,
    unpublish: saying(properties.unpublish, words.yes).length > 0,
    reload: source.reload.enabled && saying(properties.reload, words.yes).length > 0,
  };
}

function readServer(value: string, { words }: SourceSettings, targets: readonly string[]) {
  const dash = value.lastIndexOf('-');
  const site = targets.find((target) => isSame(target, value.slice(0, Math.max(dash, 0))));
  const says = (known: readonly string[]): boolean => known.some((word) => isSame(word, value.slice(dash + 1)));
  if (site === undefined || dash < 0) return undefined;
  if (says(words.overwrite)) return { site, mode: 'overwrite' as const };
  return says(words.duplicate) ? { site, mode: 'duplicate' as const } : undefined;
}

function hasOneModeEach(servers: readonly { site: string; mode: string }[]): boolean {
  return servers.every((one) => servers.every((other) => other.site !== one.site || other.mode === one.mode));
}

/** All decisions that people made on the source sites by custom property, in the order of each site's log. */
export function decisionRuns(facts: RunFacts, walks: ReadonlyMap<string, SiteWalk>): DecisionRun[] {
  const targets = Object.keys(facts.settings.targets);
  return Object.entries(facts.settings.sources).flatMap(([alias, source]) => {
    const walk = walks.get(alias);
    return walk === undefined ? [] : runsOf(walk, source, targets);
  });
}

function runsOf(walk: SiteWalk, source: SourceSettings, targets: readonly string[]): DecisionRun[] {
  const all: DecisionRun[] = [];
  const standing = new Map<string, DecisionRun>();
  for (const step of walk.steps) {
    const { event, after } = step;
    if (event.entity !== 'App' || event.action === 'export-app') continue;
    const run = standing.get(event.id);
    const request = after && readRequest(after, source, targets);
    if (after === undefined || request?.word === undefined) {
      if (run !== undefined) run.ended = step;
      standing.delete(event.id);
      continue;
    }
    if (run !== undefined && !isNewDecision(run, request, step)) extend(run, request, step, after);
    else {
      if (run !== undefined) run.ended = step;
      const isDoubtful = run?.word === request.word;
      const begun = newRun(walk.site, { ...request, word: request.word }, step, after, isDoubtful);
      all.push(begun);
      standing.set(event.id, begun);
    }
  }
  return all;
}

function newRun(
  site: string,
  request: Request & { readonly word: 'approve' | 'deny' },
  begun: Step,
  after: AppStanding,
  isDoubtful: boolean,
): DecisionRun {
  return {
    site,
    appId: after.id,
    word: request.word,
    isDoubtful,
    begun,
    bindings: [after],
    contents: [after],
    accounts: new Set(request.accounts),
    requests: [request],
    ended: undefined,
    request,
  };
}

/** Rows that are all new with the same word over the same content are the same decision, saved again. */
function isNewDecision(run: DecisionRun, request: Request, { byWaybill, after }: Step): boolean {
  if (request.word !== run.word) return true;
  if (byWaybill) return false;
  const isResent = request.rowIds.some((id) => run.request.rowIds.includes(id));
  return !isResent && run.bindings.every((binding) => binding.baseContent !== after?.baseContent);
}

function extend(run: DecisionRun, request: Request, step: Step, after: AppStanding): void {
  const known = run.request.placeRows.map((row) => row.id);
  const adders = request.placeRows.filter((row) => !known.includes(row.id)).map((row) => row.by);
  run.contents.push(after);
  run.request = request;
  if (step.byWaybill) return;
  run.requests.push(request);
  // Whoever adds a target to a standing approval decides on that one.
  for (const account of [...request.accounts, ...adders]) run.accounts.add(account);
}

/** Whether a decision by property asked for this target and stream at any time. */
export function asksFor(run: DecisionRun, site: string, isStream: (text: string) => boolean): boolean {
  return run.requests.some((request) =>
    request.targets.some((target) => target.site === site && target.streams.some(isStream)),
  );
}
