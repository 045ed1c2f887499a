import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../config/types.ts';
import { testTemporal, type TestTemporal } from '../../harness/temporal.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { change, hintsOf, type ListenerUnderTest, listenerUnderTest } from './listener-fixture.ts';

let temporal: TestTemporal;
let under: ListenerUnderTest;

beforeAll(async () => {
  temporal = await testTemporal();
  under = await listenerUnderTest(temporal.address);
});

afterAll(async () => {
  await under.close();
  await temporal.close();
});

/** The configuration with other ways of watching. */
function watching(watch: Readonly<Record<string, 'callback' | 'poll'>>): Config {
  const { config } = under;
  const sources = Object.values(config.sources).map((source) => [
    source.alias,
    { ...source, watch: watch[source.alias] ?? source.watch },
  ]);
  return { ...config, sources: Object.fromEntries(sources) as Config['sources'] };
}

const call = async (site: string, app: string = randomUUID()): Promise<number> =>
  (await under.post(under.path(site), [change(app)])).status;

describe('a listener that goes on with other settings', () => {
  it('takes every callback that comes meanwhile, and passes each on', async () => {
    const apps = Array.from({ length: 60 }, () => randomUUID());
    const taken: number[] = [];
    const callAll = async (): Promise<void> => {
      for (const app of apps) taken.push(await call(under.dev, app));
    };

    const calling = callAll();
    for (let round = 1; taken.length < apps.length; round += 1) {
      await under.listener.takeOver(watching({ [under.lab]: round % 2 === 0 ? 'callback' : 'poll' }));
      await waitFor('the next answers', () => taken.length >= Math.min(apps.length, round * 5));
    }
    await calling;

    expect(taken.filter((status) => status !== 204)).toEqual([]);
    const passedOn = new Set((await hintsOf(temporal.client, under.dev)).flat());
    expect(apps.filter((app) => !passedOn.has(app))).toEqual([]);
  });

  it('lets a site in that calls back from now on, and turns one away that does no more', async () => {
    expect(await call(under.old)).toBe(404);

    await under.listener.takeOver(watching({ [under.old]: 'callback', [under.lab]: 'poll' }));

    expect(await call(under.old)).toBe(204);
    expect(await call(under.lab)).toBe(404);
    expect(under.listener.sites).toEqual([under.dev, under.old]);
    await under.listener.takeOver(under.config);
    expect([await call(under.old), await call(under.lab)]).toEqual([404, 204]);
  });
});
