import type { AttemptStory } from './promotion-story.ts';

/** One step of a promotion, over all its tries. Times are UTC. */
export interface Step {
  /** The target it was done for; null for the promotion's own. */
  readonly target: string | null;
  /** In words. */
  readonly name: string;
  readonly tries: number;
  readonly startedAtUtc: string;
  readonly endedAtUtc: string | null;
  readonly state: AttemptStory['state'];
  /** What its last try took, in milliseconds. */
  readonly durationMs: number | null;
  readonly sizeBytes: number | null;
  /** Of its last try. */
  readonly bytesPerSecond: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** What steps are called, by the names that Temporal shows. */
const names: Readonly<Record<string, string>> = {
  assess: 'Look at the app',
  newsWhileDelivering: 'Look for news at the source',
  recordOutsideDecision: 'Record the decision',
  exportApp: 'Export the app',
  keepVersion: 'Keep a version',
  compareCopy: 'Compare the copy for the owner',
  unpublish: 'Give the app back to its owner',
  stripProperties: 'Remove the properties of the request',
  setTag: 'Set the tag',
  planDelivery: 'Look what stands at the target',
  uploadStaging: 'Upload',
  copyStaging: 'Copy at the target',
  dressStaging: 'Set description, owner and tags',
  publishStaging: 'Publish',
  overwriteTarget: 'Replace the app',
  comparePublished: 'Compare the content',
  reloadApp: 'Start a reload',
  removeStaging: 'Remove the staging app',
  finishDelivery: 'Clear up and close',
  closeDelivery: 'Close the delivery',
  closePromotion: 'Close the promotion',
  reportTrouble: 'Tell of trouble',
  recordOrder: 'Record an order',
  remind: 'Remind the approvers',
  expireWait: 'End the wait',
  sendMail: 'Send a mail',
  giveUpMail: 'Give a mail up',
};

/** A step by the name that Temporal shows, in words. */
export function stepName(activityType: string): string {
  return names[activityType.replace(/Locally$/, '')] ?? activityType;
}

/** Tries gathered into steps, in the order in which the steps began. */
export function stepsOf(attempts: readonly AttemptStory[]): Step[] {
  const steps = new Map<string, AttemptStory[]>();
  for (const attempt of attempts) {
    const key = `${attempt.workflowId} ${attempt.runId} ${attempt.activityId}`;
    steps.set(key, [...(steps.get(key) ?? []), attempt]);
  }
  return [...steps.values()].flatMap((tries) => stepOfTries(tries.toSorted((a, b) => a.attempt - b.attempt)));
}

/** The target that a workflow delivers to, by its id; null for the promotion's own workflow. */
export function targetOfWorkflow(workflowId: string): string | null {
  const [kind, , target] = workflowId.split('/');
  return kind === 'deliver' && target !== undefined ? target : null;
}

function stepOfTries(tries: readonly AttemptStory[]): Step[] {
  const [first, last] = [tries[0], tries.at(-1)];
  if (!first || !last) return [];
  const { durationMs, sizeBytes } = last;
  const hasRate = sizeBytes !== null && durationMs !== null && durationMs > 0;
  return [
    {
      target: targetOfWorkflow(first.workflowId),
      name: stepName(first.activityType),
      tries: last.attempt,
      startedAtUtc: first.startedAtUtc,
      endedAtUtc: last.endedAtUtc,
      state: last.state,
      durationMs,
      sizeBytes,
      bytesPerSecond: hasRate ? Math.round((sizeBytes * 1000) / durationMs) : null,
      errorCode: last.errorCode,
      errorMessage: last.errorMessage,
    },
  ];
}
