import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Agent } from 'undici';
import { callbackUrl } from '../common/callback-url.ts';
import { workflowIds } from '../workflows/contract.ts';
import { figure, type Report } from './figure.ts';
import { openStage, type Stage } from './stage.ts';
import { quantile } from './statistics.ts';

const A_SECOND = 200;
const SECONDS = 30;
const CONNECTIONS = 20;

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

interface Answer {
  readonly status: number;
  readonly ms: number;
}

/** Callbacks at a steady pace, each about an app of its own; all must be answered well and reach the site's watch. */
export async function listener(): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  const agent = new Agent({ connections: CONNECTIONS });
  try {
    const [site = ''] = Object.keys(stage.config.sources);
    const secret = await stage.config.installation.secret.resolve();
    const url = new URL(callbackUrl(stage.listener.ready, secret, site, 'update'));
    const sinceUtc = new Date().toISOString();
    const ids = Array.from({ length: A_SECOND * SECONDS }, () => randomUUID());
    const beganMs = performance.now();
    const answers = await Promise.all(ids.map((id, nth) => callAt(agent, url, id, beganMs + (nth * 1000) / A_SECOND)));
    const tookMs = performance.now() - beganMs;
    const carried = await idsInSignals(stage, site, sinceUtc);
    const good = answers.filter(({ status }) => status === 204);
    const lost = ids.filter((id) => !carried.ids.has(id)).length;
    const waited = answers.map(({ ms }) => ms);
    return {
      scenario: 'listener',
      settings: { callbacks: ids.length, aSecond: A_SECOND, seconds: SECONDS, connections: CONNECTIONS },
      figures: [
        figure('callbacks a second', ids.length / (tookMs / 1000), ''),
        figure('answered with 204', good.length, 'callbacks'),
        figure('lost', lost, 'callbacks', { bar: 0 }),
        figure('answer p50', quantile(waited, 0.5), 'ms'),
        figure('answer p99', quantile(waited, 0.99), 'ms', { bar: 250 }),
        figure('answer, longest', Math.max(...waited), 'ms'),
        figure('signals that carried them', carried.signals, 'signals'),
      ],
      notes: [],
    };
  } finally {
    await agent.close();
    await stage.close();
  }
}

async function callAt(agent: Agent, url: URL, appId: string, atMs: number): Promise<Answer> {
  await wait(Math.max(0, atMs - performance.now()));
  const body = JSON.stringify([{ changeType: 2, objectType: 'App', objectID: appId, changedProperties: [] }]);
  const headers = { 'content-type': 'application/json' };
  const beganMs = performance.now();
  const { origin, pathname: path } = url;
  const reply = await agent.request({ origin, path, method: 'POST', headers, body });
  await reply.body.dump();
  return { status: reply.statusCode, ms: performance.now() - beganMs };
}

/** Every app id that a `hint` signal brought to the watch, over all runs that it was continued in. */
async function idsInSignals(
  { temporal }: Stage,
  site: string,
  sinceUtc: string,
): Promise<{ ids: ReadonlySet<string>; signals: number }> {
  const { client } = temporal;
  const workflowId = workflowIds.siteWatch(site);
  const ids = new Set<string>();
  let signals = 0;
  let runId: string | undefined = (await client.workflow.getHandle(workflowId).describe()).runId;
  while (runId) {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const [start] = history.events ?? [];
    for (const event of history.events ?? []) {
      const payload = event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0]?.data;
      if (!payload) continue;
      signals += 1;
      for (const id of (JSON.parse(Buffer.from(payload).toString()) as { appIds: string[] }).appIds) ids.add(id);
    }
    const startedMs = Number(start?.eventTime?.seconds ?? 0) * 1000;
    const former: string | null | undefined = start?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    runId = startedMs > Date.parse(sinceUtc) ? (former ?? undefined) : undefined;
  }
  return { ids, signals };
}
