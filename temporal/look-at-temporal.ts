import { type Client, type ConnectionLike, ScheduleNotFoundError } from '@temporalio/client';
import { scheduleIds, searchAttributes } from '../workflows/contract.ts';
import { grpcCodeOf, grpcCodes, isNotAllowed } from './grpc-codes.ts';

/** What a Temporal service lacks that Waybill needs there. */
export interface Lacking {
  /** Whether the namespace is there. */
  readonly namespace: boolean;
  /** Names of search attributes; none where Waybill may not look. */
  readonly searchAttributes: readonly string[];
  readonly schedules: readonly string[];
}

export interface LookOptions {
  readonly client: Client;
  readonly connection: ConnectionLike;
  readonly namespace: string;
}

/** What `prepareTemporal` would make. Reads only. */
export async function lookAtTemporal(options: LookOptions): Promise<Lacking> {
  if (!(await hasNamespace(options))) {
    return {
      namespace: false,
      searchAttributes: Object.keys(searchAttributes),
      schedules: Object.values(scheduleIds),
    };
  }
  return {
    namespace: true,
    searchAttributes: await lackingAttributes(options),
    schedules: await lackingSchedules(options),
  };
}

async function hasNamespace({ connection, namespace }: LookOptions): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch (error) {
    if (grpcCodeOf(error) === grpcCodes.notFound) return false;
    if (isNotAllowed(error)) return true;
    throw error;
  }
}

async function lackingAttributes({ connection, namespace }: LookOptions): Promise<string[]> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.keys(searchAttributes).filter((name) => customAttributes[name] === undefined);
  } catch (error) {
    if (isNotAllowed(error)) return [];
    throw error;
  }
}

async function lackingSchedules({ client }: LookOptions): Promise<string[]> {
  const lacking: string[] = [];
  for (const id of Object.values(scheduleIds)) {
    try {
      await client.schedule.getHandle(id).describe();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      lacking.push(id);
    }
  }
  return lacking;
}
