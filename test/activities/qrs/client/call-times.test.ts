import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { QrsClient } from '../../../../activities/qrs/client/qrs-client.ts';
import type { CallOptions } from '../../../../activities/qrs/client/settings.ts';
import { failureOf } from './code-of.ts';
import { type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
const app = { id, name: 'Sales' } as never;
const subscription = { name: 'App', changeType: 'add', url: 'u' } as const;
const times = { readMs: 50, writeMs: 60, publishMs: 70, exportMs: 80 };

type Call = (client: QrsClient, options?: CallOptions) => Promise<unknown>;

const calls: [string, keyof typeof times, Call][] = [
  ['about', 'readMs', (one, options) => one.about(options)],
  ['siteTimeUtc', 'readMs', (one, options) => one.siteTimeUtc(options)],
  ['getApps', 'readMs', (one, options) => one.getApps(undefined, options)],
  ['getAppsByIds', 'readMs', (one, options) => one.getAppsByIds([id], options)],
  ['getApp', 'readMs', (one, options) => one.getApp(id, options)],
  ['findAppsByName', 'readMs', (one, options) => one.findAppsByName('x', options)],
  ['getAppObjects', 'readMs', (one, options) => one.getAppObjects(id, options)],
  ['getObjectsOfApps', 'readMs', (one, options) => one.getObjectsOfApps([id], options)],
  ['streams', 'readMs', (one, options) => one.streams(undefined, options)],
  ['stream', 'readMs', (one, options) => one.stream(id, options)],
  ['users', 'readMs', (one, options) => one.users(undefined, options)],
  ['user', 'readMs', (one, options) => one.user(id, options)],
  ['tags', 'readMs', (one, options) => one.tags(undefined, options)],
  ['customPropertyDefinitions', 'readMs', (one, options) => one.customPropertyDefinitions(undefined, options)],
  ['changesSince', 'readMs', (one, options) => one.changesSince('x', ['App'], options)],
  ['whoMayUpdate', 'readMs', (one, options) => one.whoMayUpdate(id, options)],
  ['download', 'readMs', (one, options) => one.download('/x', options)],
  ['createTag', 'writeMs', (one, options) => one.createTag('x', options)],
  ['createSubscription', 'writeMs', (one, options) => one.createSubscription(subscription, options)],
  ['deleteSubscription', 'writeMs', (one, options) => one.deleteSubscription(id, options)],
  ['putApp', 'writeMs', (one, options) => one.putApp(app, options)],
  ['updateApp', 'writeMs', (one, options) => one.updateApp(id, () => app, { from: app, ...options })],
  ['deleteApp', 'writeMs', (one, options) => one.deleteApp(id, options)],
  ['reloadApp', 'writeMs', (one, options) => one.reloadApp(id, options)],
  ['cancelExport', 'writeMs', (one, options) => one.cancelExport(id, other, options)],
  ['copyApp', 'publishMs', (one, options) => one.copyApp(id, 'x', options)],
  ['publishApp', 'publishMs', (one, options) => one.publishApp(id, other, 'x', options)],
  ['replaceApp', 'publishMs', (one, options) => one.replaceApp(id, other, options)],
  ['startExport', 'exportMs', (one, options) => one.startExport(id, other, options)],
];

describe('the time that a call may take', () => {
  let silent: SmallSite;
  let client: QrsClient;

  beforeAll(async () => {
    silent = await startSmallSite(() => undefined);
  });
  beforeEach(() => {
    client = silent.client({ timeouts: times });
  });
  afterAll(async () => {
    await silent.close();
  });

  const outcomesOf = async (options?: CallOptions) =>
    Object.fromEntries(
      await Promise.all(
        calls.map(async ([name, , call]) => {
          const { code, facts } = await failureOf(call(client, options));
          return [name, `${code} ${facts['timeoutMs']} ${facts['setting']}`] as const;
        }),
      ),
    );

  it('is that of its kind, and the failure names the setting', async () => {
    const expected = calls.map(([name, kind]) => {
      return [name, `WAYBILL_QRS_TIMEOUT ${times[kind]} timeouts.${kind.replace('Ms', '')}`] as const;
    });

    expect(await outcomesOf()).toEqual(Object.fromEntries(expected));
  });

  it('is that of its options where they tell one', async () => {
    for (const outcome of Object.values(await outcomesOf({ timeoutMs: 40 }))) {
      expect(outcome).toMatch(/^WAYBILL_QRS_TIMEOUT 40 /);
    }
  });

  it('is over at once with the reason of its signal, and nothing is sent', async () => {
    const before = silent.requests.length;
    const reason = new Error('cancelled');
    const options = { signal: AbortSignal.abort(reason) };

    const outcomes = await Promise.allSettled(calls.map(async ([, , call]) => call(client, options)));

    for (const outcome of outcomes) expect(outcome).toEqual({ status: 'rejected', reason });
    expect(silent.requests).toHaveLength(before);
  });

  it('is over at once for every call that shares a signal, and for one that ended before it counts no more', async () => {
    const answering = await startSmallSite((request, response) => {
      if (request.url?.startsWith('/qrs/about')) response.end('{}');
    });
    const one = answering.client();
    const controller = new AbortController();
    const options = { signal: controller.signal };
    await one.about(options);
    const running = [one.user(id, options), one.stream(id, options), one.tags(undefined, options)];
    await expect.poll(() => answering.requests.length).toBe(4);
    const reason = new Error('cancelled');

    controller.abort(reason);

    for (const outcome of await Promise.allSettled(running)) expect(outcome).toEqual({ status: 'rejected', reason });
    await answering.close();
  });
});
