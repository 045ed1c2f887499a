import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { stringify } from 'yaml';
import { callbackToken } from '../../../common/callback-url.ts';
import { configFromYaml } from '../../../config/load.ts';
import type { Config } from '../../../config/types.ts';
import { type RunningListener, startListener } from '../../../starter/listener/start-listener.ts';
import type { HintBatch } from '../../../workflows/contract.ts';
import { memoryLogger, type MemoryLogger } from '../../harness/memory-logger.ts';

const SECRET = 'the secret of this installation';

export interface ListenerUnderTest {
  readonly listener: RunningListener;
  readonly logger: MemoryLogger;
  readonly config: Config;
  /** Aliases: `dev` and `lab` call back, `old` is polled. */
  readonly dev: string;
  readonly lab: string;
  readonly old: string;
  /** `/notify/<site>/<token>/<kind>` with the right token. */
  path(site: string, kind?: string): string;
  /** Sends a callback. A body that is neither text nor bytes is sent as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** A listener on a free port with sites of its own, against the Temporal service at `address`. */
export async function listenerUnderTest(address: string, settings: object = {}): Promise<ListenerUnderTest> {
  const suffix = randomBytes(3).toString('hex');
  const [dev, lab, old] = [`dev-${suffix}`, `lab-${suffix}`, `old-${suffix}`];
  const folder = await mkdtemp(join(tmpdir(), 'waybill-listener-'));
  const site = (alias: string) => ({ hosts: [`${alias}.example`], certificates: 'certificates' });
  const yaml = {
    installation: { secret: SECRET },
    sites: Object.fromEntries([dev, lab, old, 'test'].map((alias) => [alias, site(alias)])),
    sources: { [dev]: {}, [lab]: {}, [old]: { watch: 'poll' } },
    targets: { test: {} },
    listener: { port: 0, ...settings },
    temporal: { address, taskQueue: `waybill-${suffix}` },
  };
  const config = configFromYaml(stringify(yaml), folder, {});
  const logger = memoryLogger();
  const listener = await startListener({ config, logger });
  return {
    listener,
    logger,
    config,
    dev,
    lab,
    old,
    path: (alias, kind = 'update') => `/notify/${alias}/${callbackToken(SECRET, alias)}/${kind}`,
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      fetch(`${listener.url}${path}`, { method: 'POST', headers, body: bodyOf(body) }),
    async close() {
      await listener.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined) return undefined;
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);
}

/** A change as QRS tells it (QRS facts, section 1). */
export function change(objectID: string, more: object = {}): object {
  return {
    changeType: 2,
    objectType: 'App',
    objectID,
    changedProperties: ['modifiedDate', 'publishTime'],
    engineID: '',
    engineType: '',
    originatorNodeID: '6b3a6fa8-0000-4000-8000-000000000000',
    originatorHostName: 'some-host-name.com',
    originatorContextID: null,
    createdDate: '2024-11-19T07:37:20.031Z',
    modifiedDate: '2024-11-19T07:37:20.156Z',
    schemaPath: 'ExternalChangeInfo',
    ...more,
  };
}

/** What each signal in the history of the site's watch carried, in order; none when it was never started. */
export async function hintsOf(client: Client, site: string): Promise<(readonly string[])[]> {
  const handle = client.workflow.getHandle(`siteWatch/${site}`);
  const history = await handle.fetchHistory().catch(() => ({ events: [] }));
  return (history.events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal?.signalName === 'hint' ? [idsOf(signal.input?.payloads?.[0])] : [],
  );
}

function idsOf(payload: unknown): readonly string[] {
  return defaultPayloadConverter.fromPayload<HintBatch>(payload as never).appIds;
}
