import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { grpcCodeOf, grpcCodes } from './grpc-codes.ts';
import {
  type AlertChannelInput,
  type AlertItem,
  type ReloadAlertInput,
  type ReloadNews,
  type ReloadRecoveredInput,
  signals,
  taskQueues,
  workflowIds,
  workflowTypes,
} from '../workflows/contract.ts';

/** How workflows of alerts are started, whoever starts them. `taskQueue` is the configured base. */
export interface AlertStarts {
  readonly client: Client;
  readonly taskQueue: string;
}

/**
 * Starts the alert of a failed reload, or tells the running one more. One that has ended is not started again while
 * Temporal remembers it; afterwards the ledger does. Safe to repeat.
 */
export async function tellReload(starts: AlertStarts, input: ReloadAlertInput, news: ReloadNews): Promise<void> {
  const { tenant, appId } = input;
  await unlessEnded(() =>
    findable({ WaybillSite: [tenant], WaybillApp: [appId] }, (searchAttributes) =>
      starts.client.workflow.signalWithStart(workflowTypes.reloadAlert, {
        workflowId: workflowIds.reloadAlert(input.tenant, input.reloadId),
        taskQueue: taskQueues.main(starts.taskQueue),
        args: [input],
        signal: signals.reloadNews,
        signalArgs: [news],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        ...searchAttributes,
        staticSummary: `reload of app ${input.appId} in ${input.tenant}`,
      }),
    ),
  );
}

/**
 * Tells the running alert of a reload how the reload ended; false where none runs. Safe to repeat.
 */
export async function tellRunning(
  { client }: Pick<AlertStarts, 'client'>,
  { tenant, reloadId }: Pick<ReloadAlertInput, 'tenant' | 'reloadId'>,
  news: ReloadNews,
): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowIds.reloadAlert(tenant, reloadId)).signal(signals.reloadNews, news);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Tells, once, that an app which failed before reloads again. Safe to repeat. */
export async function tellRecovery(starts: AlertStarts, input: ReloadRecoveredInput): Promise<void> {
  await unlessEnded(async () => {
    await starts.client.workflow.start(workflowTypes.reloadRecovered, {
      workflowId: workflowIds.reloadRecovered(input.tenant, input.reloadId),
      taskQueue: taskQueues.main(starts.taskQueue),
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `app ${input.appId} in ${input.tenant} reloads again`,
    });
  });
}

/** Hands something to a channel, which starts where it does not run. Safe to repeat. */
export async function handToChannel(starts: AlertStarts, input: AlertChannelInput, item: AlertItem): Promise<void> {
  const { tenant, destination, recipient, appId } = input;
  await findable({ WaybillSite: [tenant], WaybillApp: [appId] }, (searchAttributes) =>
    starts.client.workflow.signalWithStart(workflowTypes.alertChannel, {
      workflowId: workflowIds.alertChannel(tenant, destination, recipient || appId),
      taskQueue: taskQueues.main(starts.taskQueue),
      args: [input],
      signal: signals.alert,
      signalArgs: [item],
      ...searchAttributes,
      staticSummary: `alerts for ${destination}`,
    }),
  );
}

type Attributes = Readonly<Record<string, string[]>>;

/**
 * Starts with search attributes, or without them where the service has none of these: before a first worker has made
 * them, or where Waybill may not. An alert that cannot be searched for is better than none.
 */
async function findable<T>(
  attributes: Attributes,
  start: (options: { readonly searchAttributes?: Record<string, string[]> }) => Promise<T>,
): Promise<T> {
  try {
    return await start({ searchAttributes: { ...attributes } });
  } catch (error) {
    if (!isAboutAttributes(error) && !isAboutAttributes((error as Error).cause)) throw error;
    return start({});
  }
}

function isAboutAttributes(error: unknown): boolean {
  return grpcCodeOf(error) === grpcCodes.invalidArgument && /search attribute/i.test((error as Error).message);
}

async function unlessEnded(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
