import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIn } from './break-run.ts';
import { breachesOfApprovedOnly, breachesOfOneEnd, breachesOfSourceKept } from './breaches-of-promotions.ts';
import {
  breachesOfMailsOnce,
  breachesOfNothingElse,
  breachesOfNothingLeft,
  breachesOfRightApps,
} from './breaches-of-sites.ts';
import { checkRun } from './check-run.ts';
import { cleanRun } from './synthetic-run.ts';

describe('the checker', () => {
  it('finds nothing in a run in which nothing went wrong', () => {
    expect(checkRun(cleanRun())).toEqual([]);
  });

  it.each([
    ...breachesOfOneEnd,
    ...breachesOfRightApps,
    ...breachesOfSourceKept,
    ...breachesOfApprovedOnly,
    ...breachesOfNothingLeft,
    ...breachesOfMailsOnce,
    ...breachesOfNothingElse,
  ])('breaks rule ($rule) with $what', ({ rule, site, app, breakIt }) => {
    const run = cleanRun();

    breakIt(run);

    const found = checkRun(run);
    expect(found).toContainEqual(expect.objectContaining({ rule, site, app }));
    for (const { text } of found) expect(text).toMatch(/^\([a-g]\) ".*" on .*: .+\.$/su);
  });
});

describe('a source that is deleted', () => {
  const proofs = cleanRun().ledger.records.filter(({ type }) => ['verified', 'published', 'replaced'].includes(type));

  it('is missed when any word of a target is missing, or came later', () => {
    fc.assert(
      fc.property(fc.constantFrom(...proofs), fc.boolean(), (proof, isLate) => {
        const run = cleanRun();
        const same = run.ledger.records.find(({ seq }) => seq === proof.seq)!;
        if (isLate) same.atUtc = '2026-01-05T10:00:00.000Z';
        else run.ledger.records = run.ledger.records.filter((record) => record !== same);

        return checkRun(run).some(({ rule, site }) => rule === 'c' && site === 'dev');
      }),
    );
  });

  it('is missed when any app at a target came later by the site itself', () => {
    fc.assert(
      fc.property(fc.constantFrom('test', 'prod'), (site) => {
        const run = cleanRun();
        const action = site === 'test' ? 'replace-app' : 'publish-app';
        eventIn(run, site, action).hostUtc = '2026-01-05T10:00:00.000Z';

        return checkRun(run).some((found) => found.rule === 'c' && found.site === 'dev');
      }),
    );
  });
});
