import { describe, expect, test } from 'vitest';
import type { QrsSwitches } from '../../../sandbox/qrs/switches.ts';
import { type Answer, startReceiver, startTestSite, type TestSite } from './test-site.ts';

function subscribe(site: TestSite, url: string, query: string): Promise<Answer> {
  return site.call('POST', `/qrs/notification?${query}`, { body: url });
}

async function start(switches: Partial<QrsSwitches> = {}): Promise<TestSite & { appId: string }> {
  const site = await startTestSite({ switches });
  return Object.assign(site, { appId: site.actAs.createApp({ name: 'Watched', owner: 'ACME\\ann' }) });
}

describe('notifications', () => {
  test('posts an array of changes for the type, change and property asked for', async () => {
    await using site = await start();
    await using receiver = await startReceiver();
    const answer = await subscribe(site, receiver.url, 'name=app&changetype=Update&propertyname=publishTime');

    site.actAs.rename(site.appId, 'Renamed');
    site.actAs.publish(site.appId, 'Sales');
    site.actAs.createApp({ name: 'Other', owner: 'ACME\\ann' });
    await site.callbacksIdle();

    expect(answer).toMatchObject({ status: 201, json: { value: expect.stringMatching(/^[0-9a-f-]{36}$/u) } });
    expect(receiver.calls).toHaveLength(1);
    expect(receiver.calls[0]).toMatchObject([
      {
        changeType: 2,
        objectType: 'App',
        objectID: site.appId,
        changedProperties: ['modifiedDate', 'publishTime', 'published'],
        originatorContextID: null,
        schemaPath: 'ExternalChangeInfo',
      },
    ]);
  });

  test('takes change types by name or number, `!property`, filters and ids', async () => {
    await using site = await start();
    const other = site.actAs.createApp({ name: 'Other', owner: 'ACME\\bob' });
    await using byNumber = await startReceiver();
    await using notProperty = await startReceiver();
    await using filtered = await startReceiver();
    await using byId = await startReceiver();
    await subscribe(site, byNumber.url, 'Name=App&changeType=3');
    await subscribe(site, notProperty.url, 'name=app&changetype=2&propertyname=!modifiedDate');
    await subscribe(site, filtered.url, `name=app&filter=${encodeURIComponent("owner.userId eq 'bob'")}`);
    await subscribe(site, byId.url, `name=app&id=${other}`);

    site.actAs.setTags(site.appId, 'ACME\\ann', []);
    site.actAs.rename(site.appId, 'Renamed');
    site.actAs.rename(other, 'Renamed too');
    site.actAs.deleteApp(site.appId);
    await site.callbacksIdle();

    expect(byNumber.events()).toMatchObject([{ changeType: 3, objectID: site.appId }]);
    expect(notProperty.events().map((event) => event.objectID)).toEqual([site.appId, other]);
    expect(filtered.events().map((event) => [event.objectID, event.changeType])).toEqual([
      [other, 2],
      [site.appId, 3],
    ]);
    expect(byId.events().map((event) => event.objectID)).toEqual([other]);
  });

  test('never fires for properties that are references, and for own writes too', async () => {
    await using site = await start();
    await using byReference = await startReceiver();
    await using plain = await startReceiver();
    await subscribe(site, byReference.url, 'name=app&changetype=update&propertyname=customProperties');
    await subscribe(site, plain.url, 'name=app&changetype=update');

    site.actAs.setProperties(site.appId, 'ACME\\bob', { Approval: ['Approve'] });
    await site.call('PUT', `/qrs/app/${site.appId}`, { body: site.app(site.appId) });
    await site.callbacksIdle();

    expect(byReference.calls).toEqual([]);
    expect(plain.events()).toHaveLength(2);
  });

  test('tells reloads by lastReloadTime and a context id, and their executions', async () => {
    await using site = await start();
    await using receiver = await startReceiver();
    await subscribe(site, receiver.url, 'name=app&changetype=update&propertyname=lastReloadTime');
    await subscribe(site, receiver.url, 'name=ExecutionResult');

    await site.actAs.reload(site.appId);
    await site.callbacksIdle();

    const [app] = receiver.events().filter((event) => event.objectType === 'App');
    expect(app).toMatchObject({ objectID: site.appId, originatorContextID: expect.stringMatching(/-/u) });
    const executions = receiver.events().filter((event) => event.objectType === 'ExecutionResult');
    expect(executions.map((event) => event.changeType)).toEqual([1, 2]);
  });

  test('loses subscriptions at a restart', async () => {
    await using site = await start();
    await using receiver = await startReceiver();
    const { value: handle } = (await subscribe(site, receiver.url, 'name=app')).json;

    await site.restartRepository();
    site.actAs.rename(site.appId, 'Unheard');
    await site.callbacksIdle();

    expect(receiver.calls).toEqual([]);
    expect(site.subscriptions()).toEqual([]);
    const remove = (): Promise<Answer | undefined> =>
      site.call('DELETE', `/qrs/notification?handle=${handle}`).catch(() => undefined);
    await expect.poll(remove).toMatchObject({ status: 404 });
  });

  test('collapses identical subscriptions, or keeps them apart, as the switch says', async () => {
    await using site = await start();
    const twice = async (url: string): Promise<string[]> => {
      const answers = [await subscribe(site, url, 'name=app'), await subscribe(site, url, 'NAME=App')];
      return answers.map((answer) => answer.json.value);
    };

    const [one, same] = await twice('http://127.0.0.1:1/a');
    site.switches.identicalSubscriptions = 'separate';
    const [first, second] = await twice('http://127.0.0.1:1/b');
    const removed = await site.call('DELETE', `/qrs/notification?handle=${first}`);

    expect(same).toBe(one);
    expect(second).not.toBe(first);
    expect(removed.status).toBe(204);
    expect(site.subscriptions()).toHaveLength(2);
  });

  test('refuses a body that is no quoted URL, unknown types and bad filters', async () => {
    await using site = await start();

    const bare = await site.call('POST', '/qrs/notification?name=app', { raw: Buffer.from('http://127.0.0.1/x') });
    const type = await subscribe(site, 'http://127.0.0.1:1', 'name=nothing');
    const filter = await subscribe(site, 'http://127.0.0.1:1', 'name=app&filter=()');
    const nameless = await subscribe(site, 'http://127.0.0.1:1', 'changetype=1');

    expect([bare.status, type.status, filter.status, nameless.status]).toEqual([400, 400, 400, 400]);
  });

  test('batches, and sends each change at most once unless retries are switched on', async () => {
    await using site = await start({ batchWindowMs: 30, batchMaxEvents: 100 });
    await using receiver = await startReceiver();
    await using failing = await startReceiver(500);
    await subscribe(site, receiver.url, 'name=app');
    await subscribe(site, failing.url, 'name=app');

    for (let at = 0; at < 5; at += 1) site.actAs.rename(site.appId, `Name ${at}`);
    await site.callbacksIdle();

    expect(receiver.calls.map((call) => call.length)).toEqual([5]);
    expect(failing.calls).toHaveLength(1);
    expect(site.deliveryCounts).toMatchObject({ sent: 5, failed: 5 });
  });

  test('drops, doubles and shuffles callbacks when told to', async () => {
    await using site = await start({ batchWindowMs: 5 });
    await using receiver = await startReceiver();
    await subscribe(site, receiver.url, 'name=app');
    Object.assign(site.deliveryFaults, { dropNext: 1, copies: 2, shuffle: true, batchUpTo: 50 });

    for (let at = 0; at < 4; at += 1) site.actAs.rename(site.appId, `Name ${at}`);
    await site.callbacksIdle();

    expect(receiver.events()).toHaveLength(6);
    expect(site.deliveryCounts).toMatchObject({ dropped: 1, doubled: 3 });
    expect(site.deliveryCounts.shuffled).toBeGreaterThan(0);
  });

  test('lists changes since a date, deletions too', async () => {
    await using site = await start();
    const since = new Date(Date.now() - 1000).toISOString();
    site.actAs.rename(site.appId, 'Renamed');
    site.actAs.deleteApp(site.appId);

    const answer = await site.call('GET', `/qrs/notification/changes?since=${since}&types=App`);
    const later = await site.call('GET', `/qrs/notification/changes?since=2999-01-01T00:00:00.000Z&types=App,Stream`);

    expect(answer.json.map((change: { changeType: number }) => change.changeType)).toEqual([1, 2, 3]);
    expect(answer.json[0]).toMatchObject({ id: site.appId, type: 'App', object: { id: site.appId } });
    expect(later.json).toEqual([]);
  });

  test('tells changes of another node as from there, and only if the switch lets them', async () => {
    await using site = await start({ changesComeFrom: 'other-node' });
    await using receiver = await startReceiver();
    await subscribe(site, receiver.url, 'name=app');

    site.actAs.rename(site.appId, 'One');
    await site.callbacksIdle();
    site.switches.otherNodesFire = false;
    site.actAs.rename(site.appId, 'Two');
    await site.callbacksIdle();

    expect(receiver.events()).toMatchObject([{ originatorHostName: 'rim.localhost' }]);
  });
});
