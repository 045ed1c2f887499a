import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SiteMemory } from '../../activities/qrs/app-memory.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../../workflows/contract.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorld, type World } from '../harness/world.ts';
import { countRequests } from '../harness/scenes.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    targets: ['test'],
    switches: { identicalSubscriptions: 'separate' },
    change: (yaml, alias) => {
      Object.assign(yaml['sources'][alias('dev')], { watch: 'callback', renewSubscriptions: '300ms' });
      yaml['listener'] = { publicUrl: 'http://127.0.0.1:9' };
    },
  });
});

afterEach(() => world.site('dev').faults.clear());

afterAll(async () => {
  await world?.close();
});

const subscribed = () =>
  world.temporal.client.workflow
    .getHandle(workflowIds.siteWatch(world.alias('dev')))
    .query<SiteWatchStatus>(queries.status)
    .then((status) => status.subscribed);
const renewals = (): number => countRequests(world, 'dev', /POST .*\/qrs\/notification/);

describe('subscriptions', () => {
  it('are for changed and deleted apps; none is for reloads or publishes alone', async () => {
    await waitFor('the subscriptions', () => world.site('dev').subscriptions().length === 2);

    const wanted = world.site('dev').subscriptions();

    expect(wanted.map((one) => `${one.kind} ${one.changeType} ${one.propertyName}`).toSorted()).toEqual([
      'App 2 ',
      'App 3 ',
    ]);
  });

  it('are made at the site itself, wherever Waybill runs, with the address of the listener', () => {
    const { publicUrl } = world.config.listener;

    for (const { url } of world.site('dev').subscriptions()) {
      expect(url).toMatch(new RegExp(`^${publicUrl}/notify/${world.alias('dev')}/[0-9a-f]{40}/(update|delete)$`));
    }
    expect(world.site('test').subscriptions()).toEqual([]);
  });

  it('are renewed without piling up: each old handle is given back', async () => {
    const before = renewals();

    await waitFor('three renewals', () => renewals() >= before + 6);
    await waitFor('two subscriptions', () => world.site('dev').subscriptions().length === 2);

    const { handles = {} } = (await world.ledger.getSiteMemory<SiteMemory>(world.alias('dev')))?.memory ?? {};
    expect(Object.keys(handles)).toEqual(['update', 'delete']);
  });

  it('that are refused are an error with its cause, told to the operators, and not called made', async () => {
    world.site('dev').faults.add({
      method: 'POST',
      path: '/qrs/notification',
      effect: { type: 'status', status: 403, text: 'Forbidden' },
      times: 0,
    });

    await waitFor('the watch to say so', async () => !(await subscribed()));
    const mail = await world.inbox.waitFor(({ text }) => text.includes('WAYBILL_QRS_FORBIDDEN'));

    expect(mail.envelopeTo).toEqual(['operator@company.example']);
    world.site('dev').faults.clear();
    await waitFor('the subscriptions', subscribed);
  });
});
