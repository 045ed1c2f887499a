import { describe, expect, it } from 'vitest';
import type { AttemptStory } from '../../views/promotion-story.ts';
import { stepsOf } from '../../views/steps.ts';

function attempt(more: Partial<AttemptStory>): AttemptStory {
  return {
    workflowId: 'deliver/key/prod',
    runId: 'run',
    activityId: '1',
    activityType: 'uploadStaging',
    attempt: 1,
    startedAtUtc: '2026-01-01T00:00:00.000Z',
    state: 'completed',
    site: 'prod',
    worker: null,
    endedAtUtc: '2026-01-01T00:00:02.000Z',
    durationMs: 2000,
    sizeBytes: null,
    errorCode: null,
    errorMessage: null,
    ...more,
  };
}

describe('the steps of a promotion', () => {
  it('gather the tries of one activity, and tell the last of them', () => {
    const tries = [
      attempt({ state: 'failed', errorCode: 'WAYBILL_QRS_TIMEOUT', errorMessage: 'no answer' }),
      attempt({ activityId: '2', activityType: 'publishStaging' }),
      attempt({ attempt: 2, sizeBytes: 10_000 }),
    ];

    expect(stepsOf(tries)).toMatchObject([
      { name: 'Upload', target: 'prod', tries: 2, state: 'completed', bytesPerSecond: 5000, errorCode: null },
      { name: 'Publish', tries: 1, bytesPerSecond: null },
    ]);
  });

  it('tell those of the promotion itself apart, and an unknown one by its name', () => {
    const own = attempt({
      workflowId: 'promotion/dev/app',
      activityType: 'somethingNew',
      state: 'running',
      durationMs: null,
    });

    expect(stepsOf([own])).toMatchObject([{ target: null, name: 'somethingNew', state: 'running', durationMs: null }]);
  });
});
