import { fold, type AppFacts, type PropertyRow } from './app-facts.ts';

/** Names of the custom properties that make up a request. */
export interface PropertyNames {
  readonly server: string;
  readonly stream: string;
  readonly approval: string;
  readonly unpublish: string;
  readonly versioning: string;
  readonly reload: string;
}

/** The words that count, each in any case and trimmed, never as a part of a longer word. */
export interface PropertyWords {
  readonly approve: readonly string[];
  readonly deny: readonly string[];
  readonly yes: readonly string[];
  readonly overwrite: readonly string[];
  readonly duplicate: readonly string[];
}

export interface ChosenTarget {
  readonly site: string;
  readonly mode: 'overwrite' | 'duplicate';
  readonly streams: readonly string[];
}

export type ProblemKind =
  | 'unknown-word'
  | 'conflict'
  | 'unknown-target'
  | 'missing-mode'
  | 'unknown-mode'
  | 'both-modes'
  | 'no-server'
  | 'no-stream'
  | 'not-allowed'
  | 'asserted'
  | 'changed-since';

/** Something in the way of a request, in words for the person who set the properties. */
export interface RequestProblem {
  readonly kind: ProblemKind;
  readonly text: string;
  /** A blocking problem keeps the promotion waiting; another is only reported. */
  readonly blocking: boolean;
}

export interface PropertyRequest {
  /** What the approval property says. `conflict`: Approve beside Deny. */
  readonly approval: 'approve' | 'deny' | 'conflict' | 'none';
  /** The rows of the approval property that carry a known word. */
  readonly approvalRows: readonly PropertyRow[];
  readonly reloadRows: readonly PropertyRow[];
  readonly unpublish: boolean;
  readonly version: boolean;
  readonly targets: readonly ChosenTarget[];
  readonly problems: readonly RequestProblem[];
  /** Every row that belongs to a request; what a clean-up consumes. */
  readonly rows: readonly PropertyRow[];
}

interface ServerChoices {
  readonly modes: ReadonlyMap<string, ReadonlySet<'overwrite' | 'duplicate'>>;
  readonly problems: readonly RequestProblem[];
}

/**
 * Reads what an app's custom properties ask for. The order of the rows never matters, and a word counts only
 * when it is the whole value (defects 1, 2, 3, 55, 56, 58 of the old program).
 */
export function readPropertyRequest(
  app: Pick<AppFacts, 'rows'>,
  names: PropertyNames,
  words: PropertyWords,
  knownTargets: readonly string[],
): PropertyRequest {
  const byName = (name: string): readonly PropertyRow[] => app.rows.filter((row) => fold(row.name) === fold(name));
  const approvals = byName(names.approval);
  const approveRows = approvals.filter((row) => isWord(row.value, words.approve));
  const denyRows = approvals.filter((row) => isWord(row.value, words.deny));
  const servers = readServers(byName(names.server), words, knownTargets);
  const streams = distinct(byName(names.stream).map((row) => row.value.trim()));
  const reloadRows = byName(names.reload).filter((row) => isWord(row.value, words.yes));
  const approval = approvalWord(approveRows.length > 0, denyRows.length > 0);
  const problems = [
    ...unknownWords(approvals, [...words.approve, ...words.deny], names.approval),
    ...[names.unpublish, names.versioning, names.reload].flatMap((name) => unknownWords(byName(name), words.yes, name)),
    ...conflictProblem(approval, names.approval),
    ...servers.problems,
    ...missingProblems(approval === 'approve' || reloadRows.length > 0, servers, streams, names),
  ];
  return {
    approval,
    approvalRows: [...approveRows, ...denyRows],
    reloadRows,
    unpublish: byName(names.unpublish).some((row) => isWord(row.value, words.yes)),
    version: byName(names.versioning).some((row) => isWord(row.value, words.yes)),
    targets: toTargets(servers, streams),
    problems: problems.sort((a, b) => compareText(a.kind + a.text, b.kind + b.text)),
    rows: Object.values(names).flatMap((name: string) => byName(name)),
  };
}

function isWord(value: string, words: readonly string[]): boolean {
  return words.some((word) => fold(word) === fold(value));
}

function approvalWord(approve: boolean, deny: boolean): PropertyRequest['approval'] {
  if (approve && deny) return 'conflict';
  if (approve) return 'approve';
  return deny ? 'deny' : 'none';
}

function unknownWords(rows: readonly PropertyRow[], words: readonly string[], name: string): RequestProblem[] {
  return distinct(rows.filter((row) => !isWord(row.value, words)).map((row) => row.value.trim())).map((value) => ({
    kind: 'unknown-word',
    text: `"${value}" in ${name} means nothing here; it must be exactly ${words.map((word) => `"${word}"`).join(' or ')}.`,
    blocking: false,
  }));
}

function conflictProblem(approval: PropertyRequest['approval'], name: string): RequestProblem[] {
  if (approval !== 'conflict') return [];
  return [
    { kind: 'conflict', text: `${name} holds both an approval and a denial; leave only one of them.`, blocking: true },
  ];
}

function readServers(
  rows: readonly PropertyRow[],
  words: PropertyWords,
  knownTargets: readonly string[],
): ServerChoices {
  const modes = new Map<string, Set<'overwrite' | 'duplicate'>>();
  const problems: RequestProblem[] = [];
  for (const value of distinct(rows.map((row) => row.value.trim()))) {
    const choice = readServer(value, words, knownTargets);
    if ('problem' in choice) problems.push(choice.problem);
    else modes.set(choice.site, (modes.get(choice.site) ?? new Set()).add(choice.mode));
  }
  for (const [site, chosen] of modes) {
    if (chosen.size > 1) {
      const text = `"${site}" is chosen as Overwrite and as Duplicate; leave only one of them.`;
      problems.push({ kind: 'both-modes', text, blocking: true });
    }
  }
  return { modes, problems };
}

type ServerChoice = { site: string; mode: 'overwrite' | 'duplicate' } | { problem: RequestProblem };

/** `alias - Mode`; an alias may itself hold `-`, so the last dash parts them. */
function readServer(value: string, words: PropertyWords, knownTargets: readonly string[]): ServerChoice {
  const known = (alias: string): string | undefined => knownTargets.find((target) => fold(target) === fold(alias));
  const whole = known(value);
  if (whole)
    return problem(
      'missing-mode',
      `"${value}" names a target without saying how; use "${whole} - Overwrite" or "${whole} - Duplicate".`,
    );
  const dash = value.lastIndexOf('-');
  const site = dash < 0 ? undefined : known(value.slice(0, dash));
  if (!site)
    return problem(
      'unknown-target',
      `"${value}" names no known target; known are ${knownTargets.join(', ') || 'none'}.`,
    );
  const word = value.slice(dash + 1);
  if (isWord(word, words.overwrite)) return { site, mode: 'overwrite' };
  if (isWord(word, words.duplicate)) return { site, mode: 'duplicate' };
  return problem('unknown-mode', `"${value}" must end in "Overwrite" or "Duplicate".`);
}

function problem(kind: ProblemKind, text: string): { problem: RequestProblem } {
  return { problem: { kind, text, blocking: true } };
}

function missingProblems(
  asked: boolean,
  servers: ServerChoices,
  streams: readonly string[],
  names: PropertyNames,
): RequestProblem[] {
  if (!asked) return [];
  const problems: RequestProblem[] = [];
  if (servers.modes.size === 0 && servers.problems.length === 0) {
    problems.push({ kind: 'no-server', text: `${names.server} is empty; choose at least one target.`, blocking: true });
  }
  if (streams.length === 0) {
    problems.push({ kind: 'no-stream', text: `${names.stream} is empty; choose at least one stream.`, blocking: true });
  }
  return problems;
}

function toTargets(servers: ServerChoices, streams: readonly string[]): ChosenTarget[] {
  if (streams.length === 0) return [];
  return [...servers.modes]
    .filter(([, chosen]) => chosen.size === 1)
    .map(([site, chosen]) => ({ site, mode: [...chosen][0] ?? 'overwrite', streams }))
    .sort((a, b) => compareText(a.site, b.site));
}

/** Distinct texts in a stable order, so that the order of rows can never show. */
function distinct(values: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const value of values.toSorted(compareText)) {
    if (value !== '' && !first.has(fold(value))) first.set(fold(value), value);
  }
  return [...first.values()];
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
