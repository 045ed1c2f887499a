import { parse } from 'yaml';
import { z } from 'zod';
import { literalSecretsIn } from '../../config/edit/secret-settings.ts';
import { valueAt } from '../../config/findings.ts';
import type { SettingPath } from '../../config/problem.ts';
import { askToTryOut } from '../../temporal/ask-try-out.ts';
import type { ConsoleContext } from '../server/context.ts';
import type { Plan } from './plan-change.ts';

const trialSteps = z.array(
  z.object({
    name: z.string(),
    verdict: z.enum(['ok', 'look', 'broken', 'skipped']),
    what: z.string(),
    remedy: z.string().optional(),
  }),
);

/** What was tried, step by step. */
export type TrialSteps = z.output<typeof trialSteps>;

/** A test that a page of settings offers. */
export interface TrialKind {
  readonly kind: 'site' | 'mail' | 'bucket';
  readonly label: string;
}

/** The test of a page of settings; `undefined` where there is none. */
export function trialOf(path: SettingPath): TrialKind | undefined {
  const [group] = path;
  if (group === 'sites' && path.length === 2) return { kind: 'site', label: 'Test connection' };
  if (path.length !== 1) return undefined;
  if (group === 'mail') return { kind: 'mail', label: 'Send a test mail' };
  return group === 'versioning' || group === 'artifacts'
    ? { kind: 'bucket', label: 'Write and delete in S3' }
    : undefined;
}

interface Asked {
  readonly path: SettingPath;
  readonly plan: Plan;
  readonly account: string;
  /** Where a test mail goes; when left out: to the account. */
  readonly to?: string;
}

/**
 * Has a worker try settings that are not saved. Secrets go by reference; one that stands in the file itself is left to the
 * worker, which has it. @throws what Temporal throws
 */
export async function trySettings(
  context: ConsoleContext,
  { kind }: TrialKind,
  { path, plan, account, to }: Asked,
): Promise<TrialSteps> {
  const { config, temporal } = context;
  const whole: unknown = parse(plan.text, { merge: true });
  const secrets = literalSecretsIn(whole).filter((one) => path.every((key, index) => one[index] === key));
  const kept = secrets.map((one) => one.slice(path.length).map(String));
  const value = kept.reduce<unknown>(without, valueAt(whole, path));
  const alias = String(path.at(-1));
  // Only the workers of a known site have a queue of their own for it.
  const at = kind === 'site' && config.sites[alias] ? alias : undefined;
  const input = { path: path.map(String), value, kept, account, to, at };
  const answer = await askToTryOut(config, await temporal(), kind, input);
  if ('found' in answer) return trialSteps.parse(answer.found);
  return [noWorker(answer.noAnswer, config.temporal.taskQueue)];
}

function noWorker(why: 'unserved' | 'late', taskQueue: string): TrialSteps[number] {
  const what =
    why === 'unserved'
      ? `No worker is there that could try it: nobody polls the task queue ${taskQueue}.`
      : 'No worker answered within two minutes.';
  const remedy =
    'Start waybill worker or waybill up, or look into its log, and try again. The console itself holds no certificate.';
  return { name: 'worker', verdict: 'broken', what, remedy };
}

function without(value: unknown, below: readonly string[]): unknown {
  const [key, ...deeper] = below;
  if (typeof value !== 'object' || value === null || key === undefined) return value;
  const { [key]: inner, ...others } = value as Readonly<Record<string, unknown>>;
  return deeper.length === 0 ? others : { ...others, [key]: without(inner, deeper) };
}
