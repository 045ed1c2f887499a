import type { Finding, Verdict } from '../../../common/finding.ts';
import { withoutSecrets } from '../../../common/known-secrets.ts';
import type { LedgerlessCli } from '../cli-context.ts';
import { plain } from '../../../views/plain.ts';

/** The JSON of `waybill doctor --json`. Fields are added to it, never renamed or removed. */
export interface DoctorReport {
  /** Nothing is broken. */
  readonly ok: boolean;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly findings: readonly Finding[];
}

/** What text for people needs. */
type Painted = Pick<LedgerlessCli, 'paint'>;

/** The findings with how many there are of each verdict. */
export function reportOf(findings: readonly Finding[]): DoctorReport {
  const count = (verdict: Verdict): number => findings.filter((one) => one.verdict === verdict).length;
  const counts = { broken: count('broken'), look: count('look'), ok: count('ok'), skipped: count('skipped') };
  const masked = JSON.parse(withoutSecrets(JSON.stringify(findings))) as Finding[];
  return { ok: counts.broken === 0, counts, findings: masked };
}

/** For people: what belongs to one subject stands together, and below each fault what to do. */
export function reportText(cli: Painted, { findings, counts }: DoctorReport): string {
  const subjects = [...new Set(findings.map(({ subject }) => subject))];
  const groups = subjects.map((subject) => {
    const ours = findings.filter((one) => one.subject === subject);
    const lines = ours.filter(({ verdict }) => verdict !== 'skipped').map((one) => lineOf(cli, one));
    return [`\n${cli.paint.bold(plain(subject))}`, ...lines, ...skippedLines(cli, ours)].join('\n');
  });
  const { broken, look, ok, skipped } = counts;
  const total = `${broken} broken, ${look} to look at, ${ok} ok, ${skipped} not looked at.`;
  return [...groups, '', broken > 0 ? cli.paint.red(total) : total].join('\n');
}

const CHECK_WIDTH = 20;

/** What was not looked at for the same reason stands on one line. */
function skippedLines(cli: Painted, findings: readonly Finding[]): string[] {
  const reasons = Map.groupBy(
    findings.filter(({ verdict }) => verdict === 'skipped'),
    ({ what, remedy }) => `${what} ${remedy}`,
  );
  return [...reasons.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const checks = [first, ...others].map(({ check }) => check).join(', ');
    return [`  ${cli.paint.dim('skipped ')}${checks}: ${plain(first.what)}`, ...belowLines(cli, first)];
  });
}

function lineOf(cli: Painted, finding: Finding): string {
  const { check, verdict, what } = finding;
  const { paint } = cli;
  const colours = { ok: paint.green, look: paint.yellow, broken: paint.red, skipped: paint.dim };
  const line = `  ${colours[verdict](verdict.padEnd(8))}${check.padEnd(CHECK_WIDTH)}${plain(what)}`;
  return [line, ...belowLines(cli, finding)].join('\n');
}

function belowLines({ paint }: Painted, { remedy, code }: Finding): string[] {
  const below = ' '.repeat(10);
  return [...(remedy ? [`${below}→ ${plain(remedy)}`] : []), ...(code ? [`${below}${paint.dim(code)}`] : [])];
}
