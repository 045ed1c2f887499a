import { waybillError } from '../common/errors/catalogue.ts';
import { complete } from './complete.ts';
import { findingsOf, valueAt, withValueAt } from './findings.ts';
import { prepare, type Surroundings } from './prepare.ts';
import { type Finding, pathText, type SettingPath } from './problem.ts';
import { configSchema } from './schema.ts';
import { isSecretRef } from './secret-ref.ts';
import { schemaAt } from './shape.ts';
import type { Config } from './types.ts';

/** Settings of one group that are to be tried before they are saved. It holds no secret. */
export interface TrialSettings {
  /** The group, as in `["sites", "dev"]`. */
  readonly path: readonly string[];
  /** As the file would say it; secrets by reference. */
  readonly value: unknown;
  /** Secrets that stand in the file itself, below the group: the ones in force are used. */
  readonly kept: readonly (readonly string[])[];
}

/**
 * The settings in force with those of a trial in their place; everything is read where this runs. Safe to repeat.
 * @throws WAYBILL_SETTINGS_TRIAL_UNREADABLE with what is wrong with them
 */
export function configOfTrial(running: Config, trial: TrialSettings, surroundings: Surroundings): Config {
  const { path, value, kept } = trial;
  const schema = schemaAt(configSchema, path);
  if (!schema) throw unreadable([`${pathText(path)}: there is no such setting`]);
  const prepared = prepare(schema, value ?? {}, surroundings);
  const whole = kept.reduce((made, below) => withSecretInForce(made, below, running, path), prepared.value);
  const result = schema.safeParse(whole);
  const findings = [...prepared.findings, ...(result.success ? [] : findingsOf(schema, value, result.error.issues))];
  if (findings.length > 0) throw unreadable(findings.map((finding) => lineOf(path, finding)));
  const parsed = withValueAt(running, path, result.data) as Parameters<typeof complete>[0];
  return complete(parsed, surroundings.folder);
}

function withSecretInForce(value: unknown, below: readonly string[], running: Config, path: SettingPath): unknown {
  const secret = valueAt(running, [...path, ...below]);
  if (isSecretRef(secret)) return withValueAt(value, below, secret);
  throw unreadable([`${pathText([...path, ...below])}: the worker does not run with this secret yet`]);
}

function lineOf(path: SettingPath, { path: below, wrong, right }: Finding): string {
  return `${pathText([...path, ...below])}: ${wrong}; ${right}`;
}

function unreadable(problems: readonly string[]): Error {
  return waybillError('WAYBILL_SETTINGS_TRIAL_UNREADABLE', { problems: problems.join('. ') });
}
