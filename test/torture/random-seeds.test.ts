import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testTemporalAddress } from '../harness/temporal.ts';
import { playSeeds } from './play-seeds.ts';
import { openStage, type OpenStage } from './stage.ts';

/**
 * How long stories are begun: `TORTURE_SECONDS=600 npx vitest run test/torture`. None by default as long as new seeds still
 * find breaches that are not understood: one that turns up by chance would stop changes that did not cause it.
 */
const FOR_MS = Number(process.env['TORTURE_SECONDS'] ?? 0) * 1000;
const SHRINK_MS = 120_000;

describe.skipIf(FOR_MS === 0)('stories of seeds that nobody has seen before', () => {
  let stage: OpenStage;

  beforeAll(async () => {
    stage = await openStage(testTemporalAddress(), () => undefined);
  }, 900_000);

  afterAll(async () => {
    await stage?.close();
  });

  it(
    'break no rule',
    async () => {
      const seed = randomInt(2 ** 31);
      const runs = Number.POSITIVE_INFINITY;
      const wanted = { seed, runs, forMs: FOR_MS, parallel: 3, shrinkMs: SHRINK_MS, keepGoing: false };

      const { ended, broken } = await playSeeds(wanted, stage, (line) => process.stderr.write(`${line}\n`));

      expect(broken).toEqual([]);
      expect(ended).toBeGreaterThan(0);
    },
    FOR_MS + SHRINK_MS + 180_000,
  );
});
