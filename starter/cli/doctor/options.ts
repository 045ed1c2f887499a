import { waybillError } from '../../../common/errors/catalogue.ts';
import { type DoctorCheck, doctorChecks, type Finding } from '../../../common/finding.ts';

export interface DoctorOptions {
  /** The checks that are wanted; undefined: all. */
  readonly only: ReadonlySet<DoctorCheck> | undefined;
  /** Whether apps may be made, and removed again. */
  readonly scratch: boolean;
}

/**
 * The checks that are meant by ids, or by what ids begin with, as in `site`.
 * @throws WAYBILL_CLI_USAGE for one that means none
 */
export function wantedChecks(given: readonly string[] | undefined): ReadonlySet<DoctorCheck> | undefined {
  if (given === undefined || given.length === 0) return undefined;
  const all = Object.keys(doctorChecks) as DoctorCheck[];
  return new Set(
    given.flatMap((text) => {
      const meant = all.filter((check) => check === text || check.startsWith(`${text}.`));
      if (meant.length > 0) return meant;
      const advice = `The checks are ${all.join(', ')}; what stands before the dot means all of its kind.`;
      throw waybillError('WAYBILL_CLI_USAGE', { reason: `there is no check "${text}"`, advice });
    }),
  );
}

/** Whether any check of these is wanted; given by what their ids begin with, or whole. */
export function wants({ only }: DoctorOptions, ...kinds: readonly string[]): boolean {
  if (only === undefined) return true;
  return [...only].some((check) => kinds.some((kind) => check === kind || check.startsWith(`${kind}.`)));
}

/** The findings of the checks that are wanted, and `causes`. */
export function wantedOf(
  { only }: DoctorOptions,
  findings: readonly Finding[],
  causes: ReadonlySet<Finding>,
): Finding[] {
  return findings.filter((found) => only === undefined || only.has(found.check) || causes.has(found));
}
