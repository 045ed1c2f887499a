import { randomUUID } from 'node:crypto';
import { ServiceError, WorkflowFailedError } from '@temporalio/client';
import type { Finding, SiteExamination } from '../../../common/finding.ts';
import type { Config } from '../../../config/types.ts';
import type { TemporalClient } from '../../../temporal/connect.ts';
import { whyNoAnswer } from '../../../temporal/why-no-answer.ts';
import { taskQueues, workflowIds, workflowTypes } from '../../../workflows/contract.ts';

/** Until a worker must have done it all, of an export the site's own time among it. */
const PATIENCE = '15 minutes';

/** What a worker is asked to look at. */
export type Question =
  | { readonly kind: 'doctor-site'; readonly site: string; readonly scratch: boolean }
  | { readonly kind: 'doctor-worker'; readonly scratch: boolean };

/** What it found, or why it could not be asked, as a sentence. */
export type Answer<T> = { readonly found: T } | { readonly why: string };

export async function askAboutSite(
  config: Config,
  temporal: TemporalClient,
  site: string,
  scratch: boolean,
): Promise<Answer<SiteExamination>> {
  return ask<SiteExamination>(config, temporal, { kind: 'doctor-site', site, scratch });
}

export async function askAboutWorker(
  config: Config,
  temporal: TemporalClient,
  scratch: boolean,
): Promise<Answer<readonly Finding[]>> {
  return ask<readonly Finding[]>(config, temporal, { kind: 'doctor-worker', scratch });
}

/** Has a worker look, as a workflow of its own; it goes on, and removes what it made, when this command is ended. */
async function ask<T>(config: Config, { client }: TemporalClient, question: Question): Promise<Answer<T>> {
  try {
    const found = await client.workflow.execute(workflowTypes.check, {
      workflowId: workflowIds.check(question.kind, randomUUID()),
      taskQueue: taskQueues.main(config.temporal.taskQueue),
      args: [question],
      workflowExecutionTimeout: PATIENCE,
      staticSummary:
        question.kind === 'doctor-site' ? `doctor looks at ${question.site}` : 'doctor looks at the worker',
    });
    return { found: found as T };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { why: whyNoAnswer(error) };
    if (error instanceof ServiceError) return { why: `Temporal did not pass the question on: ${error.message}.` };
    throw error;
  }
}
