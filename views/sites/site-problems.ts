import type { Finding, LatestExamination } from '../../common/finding.ts';
import { daysLeft } from '../../rules/doctor/certificate-days.ts';
import type { SiteFacts } from './site-facts.ts';

/** What needs somebody at a site. `bad` keeps something from working, `warn` may, or will. */
export interface SiteProblem {
  readonly tone: 'bad' | 'warn';
  readonly what: string;
  readonly remedy: string;
}

/** A site that no call came from for as long as this may be cut off, or quiet. */
const LONG_SUBSCRIBED_MS = 60 * 60_000;

/** What needs somebody at a site, the worst first; times are held against `nowMs`. */
export function siteProblems(facts: SiteFacts, nowMs: number): SiteProblem[] {
  const all = [
    ...queueProblems(facts),
    ...watchProblems(facts, nowMs),
    ...testProblems(facts.test),
    ...certificateProblems(facts, nowMs),
    ...facts.versions.flatMap(problemOf),
  ];
  return all.toSorted((a, b) => Number(a.tone === 'warn') - Number(b.tone === 'warn'));
}

function queueProblems({ site, queues = [] }: SiteFacts): SiteProblem[] {
  if (queues.every(({ polled }) => polled)) return [];
  const waiting = queues.reduce((sum, { backlog }) => sum + backlog, 0);
  const what = `No worker serves this site: nothing goes on here${waiting > 0 ? `, and ${waiting} steps wait` : ''}.`;
  const remedy = `Start \`waybill worker\` where the site can be reached, or add "${site}" to worker.sites of one that runs.`;
  return [{ tone: 'bad', what, remedy }];
}

function watchProblems({ isSource, watch, watchMode }: SiteFacts, nowMs: number): SiteProblem[] {
  if (!isSource || watch === undefined) return [];
  if (watch === 'none') {
    const remedy = 'It is started by a worker within some minutes. If it is not, look into the log of the worker.';
    return [{ tone: 'bad', what: 'This source is not watched: nothing is found here.', remedy }];
  }
  if (watch === 'silent') {
    const remedy = 'Load this page again in a minute. If it stays so, see whether the worker runs.';
    return [{ tone: 'warn', what: 'The watch of this source did not answer in time.', remedy }];
  }
  if (watchMode !== 'callback') return [];
  if (!watch.subscribed) {
    const what = 'The site has not been asked to call back, or refused: changes are found by looking, later.';
    return [{ tone: 'warn', what, remedy: 'Test the connection: what it finds tells what is in the way.' }];
  }
  const { subscribedUtc, lastCallUtc } = watch;
  const isLong = subscribedUtc !== undefined && nowMs - Date.parse(subscribedUtc) > LONG_SUBSCRIBED_MS;
  if (lastCallUtc !== undefined || !isLong) return [];
  const remedy =
    'Where apps were changed meanwhile, let the central node of this site reach listener.publicUrl; `waybill doctor` proves the way. Until then changes are found by looking, later.';
  return [{ tone: 'warn', what: 'It was asked to call back, and no call has come yet.', remedy }];
}

function testProblems(test: LatestExamination | undefined): SiteProblem[] {
  if (test?.state === 'unanswered') {
    const remedy = 'See whether the worker runs and what its log says, and test again.';
    return [{ tone: 'bad', what: `The site could not be tested. ${test.why}`, remedy }];
  }
  return test?.state === 'done' ? test.found.findings.flatMap(problemOf) : [];
}

/** What has become urgent since the test, which told the days of then. */
function certificateProblems({ test }: SiteFacts, nowMs: number): SiteProblem[] {
  if (test?.state !== 'done') return [];
  return (test.found.certificates ?? []).flatMap(({ name, untilUtc }): SiteProblem[] => {
    const { days, urgency } = daysLeft(untilUtc, nowMs);
    if (urgency === undefined || urgency === daysLeft(untilUtc, Date.parse(test.atUtc)).urgency) return [];
    const remedy = 'Export the certificates anew in the QMC of this site, and put them in place of the old ones.';
    if (urgency === 'over') return [{ tone: 'bad', what: `${name} has run out.`, remedy }];
    return [{ tone: 'warn', what: `${name} runs out in ${days === 1 ? '1 day' : `${days} days`}.`, remedy }];
  });
}

function problemOf({ verdict, what, remedy = '' }: Finding): SiteProblem[] {
  if (verdict === 'broken') return [{ tone: 'bad', what, remedy: forThePage(remedy) }];
  return verdict === 'look' ? [{ tone: 'warn', what, remedy: forThePage(remedy) }] : [];
}

/** What findings say of `doctor` is said of the button that does the same here. */
export function forThePage(remedy: string): string {
  return remedy
    .replaceAll(/\brun doctor again\b/g, 'test the connection again')
    .replaceAll(/\bRun doctor again\b/g, 'Test the connection again');
}
