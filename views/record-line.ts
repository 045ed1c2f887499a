import type { DecisionDoor, TargetChoice } from '../workflows/contract.ts';
import { plain, shortHash, sizeText } from './plain.ts';

/** A record as far as it is told. */
export interface ToldRecord {
  readonly seq: string;
  readonly type: string;
  readonly facts: unknown;
}

type Facts = Readonly<Record<string, unknown>>;

const doors: Readonly<Record<DecisionDoor, string>> = {
  qmc: 'in the QMC',
  console: 'on the console',
  cli: 'on the command line',
  temporal: 'in the Temporal UI',
  standing: 'by the standing property, after a reload',
};

/** What each type of record says, in words. A type that is not listed here is told by its name. */
const tellers: Readonly<Record<string, (facts: Facts) => string>> = {
  approve: (facts) => `approved ${decider(facts)}`,
  deny: (facts) => `denied ${decider(facts)}`,
  reload: (facts) => `asked for ${decider(facts)}`,
  exported: (facts) => `exported ${bytesOf(facts)}`,
  'version-kept': (facts) => `version ${text(facts['versionId'])} kept under ${text(facts['key'])}, ${bytesOf(facts)}`,
  'version-failed': (facts) => `no version could be kept: ${text(facts['why'])}`,
  changed: (facts) => `the app changed after its approval: ${list(facts['changes'])}`,
  planned: (facts) => `planned: ${planOf(facts)}`,
  found: (facts) => `found "${text(facts['name'])}", ${size(facts)}`,
  'backup-kept': (facts) => `kept what stood there, ${bytesOf(facts)}`,
  published: (facts) => `published in ${text(facts['stream'])} as ${text(facts['appId'])}, ${size(facts)}`,
  replaced: (facts) => `replaced ${text(facts['appId'])} in ${text(facts['stream'])}, ${size(facts)}`,
  'content-compared': (facts) => `its content ${comparedText(facts)}`,
  'copy-compared': (facts) => `the content of the copy for its owner ${comparedText(facts, 'the same')}`,
  'reload-started': () => 'a reload was started',
  verified: (facts) => `verified${warnings(facts)}`,
  skipped: (facts) => `skipped: ${text(facts['why'])}`,
  superseded: (facts) => `given up: ${text(facts['why'])}`,
  trouble: (facts) => `stuck at "${text(facts['step'])}": ${text(facts['message'])} (${text(facts['code'])})`,
  'trouble-over': () => 'goes on',
  order: (facts) => `ordered "${text(facts['action'])}" for "${text(facts['step'])}" ${decider(facts)}${noted(facts)}`,
  adopted: (facts) => `a standing decision was taken up ${decider(facts)}`,
  dismissed: (facts) => `a standing decision was dismissed ${decider(facts)}`,
  refused: (facts) => `a decision ${decider(facts)} was refused: ${text(facts['why'])}`,
  'too-late': (facts) => `a denial by ${text(facts['denier'])} came too late`,
  unpublished: (facts) => `taken out of its stream and given back to its owner as ${text(facts['copyAppId'])}`,
  stripped: () => 'the properties of the request were removed',
};

/** One record in one line of words, without its time and target. */
export function recordLine({ seq, type, facts }: ToldRecord): string {
  const known = (typeof facts === 'object' && facts !== null ? facts : {}) as Facts;
  if (seq === 'closed') return `ended as ${type}${because(known)}`;
  if (type === 'aborted') return `aborted: ${text(known['why'])}`;
  return tellers[type]?.(known) ?? type;
}

/** `test: overwrite in Sales, Finance`. */
export function targetText({ site, mode, streams }: TargetChoice): string {
  return `${site}: ${mode} in ${streams.map((stream) => plain(stream)).join(', ')}`;
}

/** The door of a decision, and that nobody proved the name where that is so. */
export function doorText({ door, asserted }: { readonly door: DecisionDoor; readonly asserted: boolean }): string {
  return `${doors[door] ?? door}${asserted ? ', a name that nobody proved' : ''}`;
}

function decider(facts: Facts): string {
  const by = facts['by'] as { account: string; door: DecisionDoor; asserted: boolean } | undefined;
  return by ? `by ${plain(by.account)} ${doorText(by)}` : 'by somebody';
}

function noted(facts: Facts): string {
  return facts['note'] ? `: ${text(facts['note'])}` : '';
}

function planOf(facts: Facts): string {
  const items = (facts['items'] ?? []) as { action: string; stream: { name: string } }[];
  const missing = (facts['missingStreams'] ?? []) as string[];
  const steps = items.map((item) => `${item.action} in ${plain(item.stream.name)}`);
  const lacking = missing.map((name) => `there is no stream ${plain(name)}`);
  return [...steps, ...lacking].join('; ') || 'nothing to do';
}

function comparedText(facts: Facts, same = 'what was exported'): string {
  if (facts['verdict'] === 'same') return `is ${same}`;
  if (facts['verdict'] === 'differs') return `differs: ${list(facts['differences'])}`;
  return `could not be compared: ${text(facts['why'])}`;
}

function because(facts: Facts): string {
  const cleanUp = facts['cleanUp'] as { outcome: string; why?: string } | undefined;
  const kept = cleanUp?.outcome === 'kept' ? `; the app stays where it is: ${text(cleanUp.why)}` : '';
  return `${facts['why'] ? `: ${text(facts['why'])}` : ''}${kept}`;
}

function warnings(facts: Facts): string {
  const all = (facts['warnings'] ?? []) as string[];
  const missing = (facts['missingStreams'] ?? []) as string[];
  const told = [...missing.map((name) => `there is no stream "${name}"`), ...all];
  return told.length > 0 ? `; ${told.map((one) => plain(one)).join('; ')}` : '';
}

function bytesOf(facts: Facts): string {
  return `${size(facts)}, SHA-256 ${shortHash(text(facts['sha256']))}`;
}

function size(facts: Facts): string {
  return typeof facts['sizeBytes'] === 'number' ? sizeText(facts['sizeBytes']) : 'size not known';
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join('; ') : text(value);
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'not known';
  return plain(typeof value === 'string' ? value : JSON.stringify(value));
}
