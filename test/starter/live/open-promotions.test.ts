import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { approve, endedPromotion, whatStands } from '../../harness/acts.ts';
import { publishedApp, quiet, setStreamProperty } from '../../harness/scenes.ts';
import { type TcpProxy, tcpProxy } from '../../harness/tcp-proxy.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { Yaml } from '../../harness/world.ts';
import { type LiveWorld, startLiveWorld } from './live-world.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let live: LiveWorld;
let way: TcpProxy;
let prod: { site: Yaml; target: Yaml };

beforeAll(async () => {
  let portOfTest = 0;
  live = await startLiveWorld({
    before: async (site) => {
      portOfTest = site('test').port;
      way = await tcpProxy(`127.0.0.1:${portOfTest}`);
    },
    change: (yaml, alias) => {
      const name = alias('prod');
      prod = { site: yaml['sites'][name], target: yaml['targets'][name] };
      delete yaml['sites'][name];
      delete yaml['targets'][name];
      yaml['sites'][alias('test')].port = Number(way.address.split(':')[1]);
    },
  });
});

afterAll(() => live?.close());

describe('a promotion that is open when the configuration changes', () => {
  it('waits for its approval, and goes at the new settings: another target, a moved site, other recipients', async () => {
    const { world } = live;
    const { alias } = world;
    await setStreamProperty(world, 'dev', 'Sales', 'EmailAlertOnPublishTo', ['True']);
    const app = publishedApp(world, 'Waits');
    await quiet(world, app);
    const alert = await world.inbox.waitFor(({ subject }) => subject.startsWith("'Waits' published"));
    expect(alert.envelopeTo).toEqual(['manager@company.example']);
    const run = await runOf(app);

    const changed = await live.takenOver(() =>
      live.configure((yaml) => {
        yaml['sites'][alias('prod')] = prod.site;
        yaml['targets'][alias('prod')] = prod.target;
        yaml['sites'][alias('test')].port = world.site('test').port;
        yaml['sources'][alias('dev')].streams.Sales.alert = ['board@company.example'];
      }),
    );
    way.cut();

    expect(changed.toSorted()).toEqual(
      [
        `sites.${alias('test')}.port`,
        `sites.${alias('prod')}`,
        `sources.${alias('dev')}.streams.Sales.alert`,
        `targets.${alias('prod')}`,
      ].toSorted(),
    );
    expect(await runOf(app)).toBe(run);
    approve(world, app, { test: 'Overwrite', prod: 'Overwrite' }, ['Sales']);
    expect(await endedPromotion(world, app)).toMatchObject({ state: 'promoted' });
    for (const site of ['test', 'prod']) {
      expect(whatStands(world, site)).toMatchObject([{ name: 'Waits', stream: 'Sales' }]);
    }
    publishedApp(world, 'Later');
    const mail = await world.inbox.waitFor(({ subject }) => subject.startsWith("'Later' published"));
    expect(mail.envelopeTo).toEqual(['board@company.example']);
  });

  it('finishes a transfer that is under way, and neither exports nor uploads again', async () => {
    const { world } = live;
    const { alias } = world;
    const before = { ...world.site('dev').requestCounts() };
    const test = world.site('test');
    const uploads = (): number => test.requestCounts()['POST /app/upload'] ?? 0;
    const uploadsBefore = uploads();
    const held = test.faults.add({ method: 'POST', path: '/app/upload', effect: { type: 'delay', delayMs: 4_000 } });
    const app = publishedApp(world, 'Under way');
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await waitFor('the upload to be under way', () => test.faults.struck(held) === 1);

    await live.takenOver(() =>
      live.configure((yaml) => {
        yaml['mail'].operators = ['night@company.example'];
        yaml['targets'][alias('test')] = { keepTags: ['Certified'] };
      }),
    );

    expect(uploads()).toBe(uploadsBefore);
    const { state, promotionKey } = await endedPromotion(world, app);
    expect(state).toBe('promoted');
    expect(uploads()).toBe(uploadsBefore + 1);
    const exported = Object.entries(world.site('dev').requestCounts()).filter(([route]) => route.includes('/export'));
    const again = exported.filter(([route, count]) => count - (before[route] ?? 0) > 1);
    expect(exported.length).toBeGreaterThan(0);
    expect(again).toEqual([]);
    const attempts = await world.ledger.attemptsOf({ promotionKey });
    expect(attempts.filter(({ activityType }) => activityType === 'uploadStaging')).toMatchObject([
      { attempt: 1, state: 'completed' },
    ]);
  });
});

/** The run of Temporal in which the app's promotion waits. */
async function runOf(app: string): Promise<string> {
  const { temporal, alias } = live.world;
  const handle = temporal.client.workflow.getHandle(`promotion/${alias('dev')}/${app}`);
  return (await handle.describe()).runId;
}
