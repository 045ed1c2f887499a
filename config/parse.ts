import { complete } from './complete.ts';
import { crossFindings } from './cross-rules.ts';
import { dataWithoutWrong } from './data-without-wrong.ts';
import { findingsOf } from './findings.ts';
import { prepare, type Surroundings } from './prepare.ts';
import type { Finding } from './problem.ts';
import { configSchema, type ParsedConfig } from './schema.ts';
import type { Config } from './types.ts';

export type ParseOutcome =
  | { readonly config: Config; readonly parsed: ParsedConfig; readonly findings: readonly [] }
  | { readonly config?: undefined; readonly parsed?: undefined; readonly findings: readonly Finding[] };

/** The configuration made of the values of a file, or everything that is wrong with them, all at once. */
export function parseConfig(written: unknown, surroundings: Surroundings): ParseOutcome {
  const prepared = prepare(configSchema, written ?? {}, surroundings);
  const result = configSchema.safeParse(prepared.value);
  const findings = [
    ...prepared.findings,
    ...(result.success ? [] : findingsOf(configSchema, written ?? {}, result.error.issues)),
    ...crossFindingsOf(result.data ?? dataWithoutWrong(prepared.value)),
  ];
  if (result.data === undefined || findings.length > 0) return { findings: uniqueByPath(findings) };
  return { config: complete(result.data, surroundings.folder), parsed: result.data, findings: [] };
}

function crossFindingsOf(data: ParsedConfig | undefined): Finding[] {
  return data === undefined ? [] : crossFindings(data);
}

function uniqueByPath(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding.path.map(String));
    return seen.has(key) ? false : seen.add(key);
  });
}
