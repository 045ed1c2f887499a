import { createHash } from 'node:crypto';
import type { Seen } from '../../../ledger/news.ts';
import { createExaminationLook } from '../../../temporal/site-examination.ts';
import type { LatestExamination } from '../../../common/finding.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { seenNow, type Topic } from '../../server/event-hub.ts';

/** How long Temporal may take to say how far tests of sites are. */
const LOOK_MS = 2000;

type Tests = Readonly<Record<string, LatestExamination | undefined>>;

/** Where a page hears that a test of a site has ended, or another begun; `tests`: those that it shows. */
export function liveTests(tests: Tests): string {
  return `/events/tests?seen=${encodeURIComponent(seenNow(seenOf(tests)))}`;
}

/** News of the tests of all sites, as Temporal knows them. */
export function testsTopic({ config, temporal }: ConsoleContext): Topic {
  const look = createExaminationLook();
  return {
    name: 'tests of sites',
    async look() {
      const { client } = await temporal();
      const ask = async (site: string) => [site, await look(client, site)] as const;
      const tests = await client.withDeadline(Date.now() + LOOK_MS, () =>
        Promise.all(Object.keys(config.sites).map(ask)),
      );
      return seenOf(Object.fromEntries(tests));
    },
  };
}

/** Which test of each site is the latest, and whether it runs. */
function seenOf(tests: Tests): Seen {
  const states = Object.entries(tests).map(([site, test]) => {
    const atUtc = test?.state === 'running' ? test.sinceUtc : test?.atUtc;
    return `${site} ${test?.state} ${atUtc}`;
  });
  return { seen: createHash('sha256').update(states.join('\n')).digest('base64url').slice(0, 16), running: 0 };
}
