import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testTemporalAddress } from '../harness/temporal.ts';
import { failureText } from './report.ts';
import { openStage, type OpenStage } from './stage.ts';
import { runSeed } from './torture-run.ts';

const TEST_TIMEOUT_MS = 600_000;
/** The same stories in every run of the tests. */
const seeds = Array.from({ length: 24 }, (_, index) => index + 1);

describe.concurrent('a story of people, faults and kills', () => {
  let stage: OpenStage;

  beforeAll(async () => {
    stage = await openStage(testTemporalAddress(), () => undefined);
  }, 900_000);

  afterAll(async () => {
    await stage?.close();
  });

  it.each(seeds)(
    'breaks no rule: seed %i',
    async (seed) => {
      const { failure } = await runSeed({ seed, shrinkMs: 0 }, stage);

      expect(failure && failureText(seed, failure)).toBeUndefined();
    },
    TEST_TIMEOUT_MS,
  );
});
