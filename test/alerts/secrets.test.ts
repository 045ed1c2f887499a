import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatFaultEffect } from '../../sandbox/chat/start-chat.ts';
import type { SlackHook } from '../../sandbox/chat/slack-hook.ts';
import type { TeamsFlow } from '../../sandbox/chat/teams-flow.ts';
import { historyText } from '../harness/histories.ts';
import { findMosquitto } from '../harness/mosquitto.ts';
import { endOf, failReload, newApp, sendIn, sendsOf } from './alert-acts.ts';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';

const LOG_TEXT = 'canary-line-of-a-script-log';
const SIGNING = 'canary-secret-that-signs';
const HEADER = 'canary-token-in-a-header';

describe.skipIf(!findMosquitto())('an alert, with all that may go wrong with it,', () => {
  let world: AlertWorld;
  let hook: SlackHook;
  let flow: TeamsFlow;
  let incidents: string;

  beforeAll(async () => {
    world = await startAlertWorld({
      change: (yaml, { chat }) => {
        hook = chat.createSlackHook('#secret');
        flow = chat.createTeamsFlow('secret');
        incidents = chat.createReceiver('canary-path-of-a-receiver').url;
        const soon = { rateLimit: 0, timeout: '1s', retry: { first: '100ms', max: '500ms' }, giveUpAfter: '4s' };
        Object.assign(yaml['alerts'].destinations, {
          slack: { bi: { ...soon, webhook: hook.url } },
          teams: { bi: { ...soon, webhook: flow.url } },
          webhook: { bi: { ...soon, address: incidents, secret: SIGNING, headers: { 'X-Token': HEADER } } },
        });
      },
    });
    await tryEverything();
  });

  afterAll(async () => {
    await world?.close();
  });

  const pathOf = (url: string): string => new URL(url).pathname;

  /** Alerts that are sent, put off, refused with an echo of what was asked, given up; a tenant that echoes its key. */
  async function tryEverything(): Promise<void> {
    const fail = (): string => failReload(world, newApp(world), { log: [LOG_TEXT, `Bearer ${LOG_TEXT}`] });
    await sendsOf(world, fail());
    const all = [hook.url, flow.url, incidents];
    const addAll = (effectOf: (url: string) => ChatFaultEffect, times = 1): void => {
      for (const url of all) world.chat.faults.add({ path: pathOf(url), effect: effectOf(url), times });
    };
    addAll(() => ({ type: 'hang' }));
    addAll(() => ({ type: 'reset' }));
    await sendsOf(world, fail());
    for (const echo of [echoOfPath, echoOfAddress, echoOfParts, echoAsPage]) {
      world.chat.faults.clear();
      addAll((url) => ({ type: 'status', status: 404, text: echo(url) }), 2);
      const reloadId = fail();
      for (const kind of ['slack', 'teams', 'webhook']) await sendIn(world, reloadId, `${kind}/bi`, 'given-up');
    }
    world.chat.faults.clear();
    const json = { errors: [{ title: `no such key ${world.cloud.apiKey}`, detail: `Bearer ${world.cloud.apiKey}` }] };
    world.cloud.faults.add({ path: '/api/', effect: { type: 'status', status: 401, json }, times: 0 });
    await endOf(world, fail());
    world.cloud.faults.clear();
    await sendsOf(world, fail());
  }

  const echoOfPath = (url: string): string => `Cannot POST ${pathOf(url)}${new URL(url).search}`;
  const echoOfAddress = (url: string): string => `no such resource: ${url}`;
  const echoOfParts = (url: string): string => {
    const { pathname, searchParams } = new URL(url);
    const message = `The SAS sig ${searchParams.get('sig')} is invalid for ${pathname.split('/').at(-1)}`;
    return JSON.stringify({ error: { message } });
  };
  const echoAsPage = (url: string): string =>
    `<pre>Cannot POST ${pathOf(url)}${new URL(url).search.replaceAll('&', '&amp;')}</pre>`;

  /** What must be found nowhere; the last part of a hook's path alone lets people post. */
  function secrets(): string[] {
    const sig = new URL(flow.url).searchParams.get('sig') ?? '';
    const [, team = '', bot = '', token = ''] = pathOf(hook.url).split('/').slice(1);
    return [
      token,
      `${team}/${bot}`,
      sig,
      pathOf(flow.url),
      pathOf(incidents),
      world.cloud.apiKey,
      SIGNING,
      HEADER,
      LOG_TEXT,
    ];
  }

  it('leaves no address, no key and no script log in the histories of Temporal', async () => {
    const found: string[] = [];
    const query = `TaskQueue = "${world.config.temporal.taskQueue}"`;
    let histories = 0;
    for await (const { workflowId, runId } of world.temporal.client.workflow.list({ query })) {
      histories += 1;
      const text = await historyText(world.temporal.client, workflowId, runId);
      found.push(...secrets().flatMap((secret) => (text.includes(secret) ? [`${secret} in ${workflowId}`] : [])));
    }

    expect(histories).toBeGreaterThan(20);
    expect(found).toEqual([]);
  });

  it('leaves none of them in the log', () => {
    const lines = world.logger.lines.map((line) => JSON.stringify(line));

    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => secrets().some((secret) => line.includes(secret)))).toEqual([]);
  });

  it('leaves no address and no key in the ledger', async () => {
    const all = JSON.stringify([
      await world.ledger.listAlerts({ tenant: world.tenant }),
      await world.ledger.listReloadFailures({ tenant: world.tenant }),
    ]);

    expect(all).toContain('404');
    expect(secrets().filter((secret) => all.includes(secret))).toEqual([]);
  });
});
