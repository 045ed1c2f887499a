import { randomUUID } from 'node:crypto';
import { Context, CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailure, type WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waybillError } from '../../common/errors/catalogue.ts';
import { rememberSecret } from '../../common/known-secrets.ts';
import type { AttemptEnd, AttemptStart } from '../../ledger/attempts.ts';
import { attemptInterceptor } from '../../worker/attempt-interceptor.ts';
import { historyText } from '../harness/histories.ts';
import { memoryLogger, type MemoryLogger } from '../harness/memory-logger.ts';
import { testBundle, testTemporal, type TestTemporal } from '../harness/temporal.ts';

const canary = `canary-${randomUUID()}`;
let temporal: TestTemporal;
let workflowBundle: { codePath: string };
let started: AttemptStart[];
let finished: AttemptEnd[];
let logger: MemoryLogger;

beforeAll(async () => {
  temporal = await testTemporal();
  workflowBundle = await testBundle(new URL('../fixtures/workflows/index.ts', import.meta.url));
});

afterAll(async () => {
  await temporal.close();
});

beforeEach(() => {
  started = [];
  finished = [];
  logger = memoryLogger();
});

const sink = {
  attemptStarted: (row: AttemptStart) => void started.push(row),
  attemptFinished: (row: AttemptEnd) => void finished.push(row),
};

/** Runs one activity of the name `step` in a workflow; the result, or the failure that the workflow saw. */
async function run(
  step: (input: unknown) => Promise<unknown>,
  options: { attempts?: number; input?: unknown; sink?: typeof sink } = {},
) {
  const taskQueue = temporal.newName();
  const interceptors = {
    activity: [attemptInterceptor({ sink: options.sink ?? sink, logger, site: 'prod', worker: 'w1' })],
  };
  const args = [{ activity: 'step', attempts: options.attempts, input: options.input }];
  const result = await temporal.withWorker({ taskQueue, workflowBundle, activities: { step }, interceptors }, () =>
    temporal.client.workflow
      .execute('call', { taskQueue, workflowId: taskQueue, args })
      .catch((error: WorkflowFailedError) => error.cause?.cause),
  );
  const history = await historyText(temporal.client, taskQueue);
  return { workflowId: taskQueue, result, failure: result as ApplicationFailure, history };
}

describe('attemptInterceptor', () => {
  it('records an attempt with its promotion, its site and the bytes that it moved', async () => {
    const { workflowId, result } = await run(async () => ({ artifact: { sizeBytes: 4711 } }), {
      input: { decision: { promotionKey: 'k1' } },
    });

    expect(result).toEqual({ artifact: { sizeBytes: 4711 } });
    const start = {
      workflowId,
      activityType: 'step',
      attempt: 1,
      taskQueue: workflowId,
      site: 'prod',
      worker: 'w1',
      promotionKey: 'k1',
    };
    expect(started).toMatchObject([start]);
    expect(finished).toMatchObject([{ ...start, outcome: 'completed', sizeBytes: 4711 }]);
    expect(Date.parse(finished[0]!.endedAtUtc)).toBeGreaterThanOrEqual(Date.parse(finished[0]!.startedAtUtc));
  });

  it('keeps code, remedy and facts of a Waybill error, and stops at once where trying again is of no use', async () => {
    const { failure } = await run(
      async () => {
        throw waybillError('WAYBILL_TEMPORAL_FILE_UNREADABLE', { file: 'ca.pem', setting: 'tls.ca', reason: 'ENOENT' });
      },
      { attempts: 5 },
    );

    expect(failure).toMatchObject({
      type: 'WAYBILL_TEMPORAL_FILE_UNREADABLE',
      nonRetryable: true,
      details: [{ file: 'ca.pem', setting: 'tls.ca', reason: 'ENOENT' }],
    });
    expect(failure.message).toMatch(/ca\.pem of the setting tls\.ca.*Correct the path/);
    expect(finished).toMatchObject([
      { attempt: 1, outcome: 'failed', errorCode: 'WAYBILL_TEMPORAL_FILE_UNREADABLE', facts: { file: 'ca.pem' } },
    ]);
  });

  it('waits as long as the other side asked, and records every attempt', async () => {
    let calls = 0;
    const { result } = await run(
      async () => {
        calls += 1;
        if (calls === 1)
          throw waybillError('WAYBILL_TEMPORAL_UNREACHABLE', { address: 'a', reason: 'b' }, { retryAfterMs: 600 });
        return 'done';
      },
      { attempts: 3 },
    );

    expect(result).toBe('done');
    expect(finished).toMatchObject([
      { attempt: 1, outcome: 'failed' },
      { attempt: 2, outcome: 'completed' },
    ]);
    expect(Date.parse(finished[1]!.startedAtUtc) - Date.parse(finished[0]!.endedAtUtc)).toBeGreaterThanOrEqual(500);
  });

  it('tells of an unknown error only its class, code and place, nowhere its message', async () => {
    const { failure, history } = await run(async () => {
      const cause = Object.assign(new Error(`https://api:${canary}@host/`), { code: 'ECONNRESET' });
      throw Object.assign(new TypeError(`Invalid header: Bearer ${canary}`, { cause }), { token: canary });
    });

    expect(failure).toMatchObject({ type: 'WAYBILL_TEMPORAL_UNEXPECTED', nonRetryable: false });
    expect(failure.message).toMatch(
      /step step failed.*TypeError ECONNRESET at test\/worker\/attempt-interceptor\.test\.ts:\d+/,
    );
    expect(finished).toMatchObject([{ outcome: 'failed', errorCode: 'WAYBILL_TEMPORAL_UNEXPECTED' }]);
    expect(logger.lines).toMatchObject([{ level: 'error', what: 'TypeError ECONNRESET' }]);
    for (const seen of [history, JSON.stringify(finished), JSON.stringify(logger.lines)])
      expect(seen).not.toContain(canary);
  });

  it('masks a secret that was read, even inside an error that was made on purpose', async () => {
    const secret = `secret-${randomUUID()}`;
    rememberSecret(secret);
    const thrown = [
      () =>
        waybillError(
          'WAYBILL_TEMPORAL_UNREACHABLE',
          { address: 'a', reason: `got ${secret}` },
          { cause: new Error(secret) },
        ),
      () =>
        ApplicationFailure.create({
          message: secret,
          type: 'X',
          nonRetryable: true,
          details: [{ secret }],
          cause: new Error(secret),
        }),
      () => secret,
    ];

    for (const error of thrown) {
      const { history } = await run(async () => {
        throw error();
      });
      expect(history + JSON.stringify(finished)).not.toContain(secret);
    }
  });

  it('passes an ApplicationFailure on with its type, details and what it says about trying again', async () => {
    const { failure } = await run(
      async () => {
        throw ApplicationFailure.nonRetryable('nothing to do here', 'MINE', { app: 'a1' });
      },
      { attempts: 3 },
    );

    expect(failure).toMatchObject({
      message: 'nothing to do here',
      type: 'MINE',
      nonRetryable: true,
      details: [{ app: 'a1' }],
    });
    expect(finished).toHaveLength(1);
  });

  it('lets a cancelled attempt end as cancelled', async () => {
    const taskQueue = temporal.newName();
    const interceptors = { activity: [attemptInterceptor({ sink, logger })] };
    const step = async () => {
      const { cancellationSignal, heartbeat } = Context.current();
      const beat = setInterval(() => heartbeat(), 50);
      await new Promise((_, reject) =>
        cancellationSignal.addEventListener('abort', () => reject(cancellationSignal.reason as Error)),
      ).finally(() => clearInterval(beat));
    };

    await temporal.withWorker(
      { taskQueue, workflowBundle, activities: { step }, interceptors, maxHeartbeatThrottleInterval: 50 },
      async () => {
        const handle = await temporal.client.workflow.start('call', {
          taskQueue,
          workflowId: taskQueue,
          args: [{ activity: 'step' }],
        });
        while (started.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        await handle.cancel();
        await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      },
    );

    expect(finished).toMatchObject([{ outcome: 'cancelled' }]);
  });

  it('leaves alone an activity that is completed from elsewhere', async () => {
    const { result } = await run(async () => {
      const { taskToken } = Context.current().info;
      setTimeout(() => void temporal.client.activity.complete(taskToken, 'from elsewhere'), 50);
      throw new CompleteAsyncError();
    });

    expect(result).toBe('from elsewhere');
    expect(finished).toMatchObject([{ outcome: 'completed' }]);
  });

  it('goes on when the sink fails', async () => {
    const broken = () => {
      throw new Error('no ledger');
    };

    const { result } = await run(async () => 'done', { sink: { attemptStarted: broken, attemptFinished: broken } });

    expect(result).toBe('done');
    expect(logger.lines).toHaveLength(2);
  });
});
