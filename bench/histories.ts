import type { temporal } from '@temporalio/proto';
import { workflowIds } from '../workflows/contract.ts';
import type { PreparedApp } from './promote.ts';
import type { Stage } from './stage.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What the workflows of one promotion did, as Temporal recorded it. */
export interface PromotionHistory {
  /** Events of the promotion and its deliveries together. */
  readonly events: number;
  /** Names of the activities that something waited for, in the order they were scheduled in; mails go beside the work. */
  readonly awaited: readonly string[];
  /** Milliseconds that an activity's last attempt ran, by name. */
  readonly ranMs: ReadonlyMap<string, number>;
}

const BESIDE_THE_WORK = new Set(['sendMail']);

/** Reads the histories of an ended promotion to one target or more. `sinceUtc` leaves out what came before the approval. */
export async function historyOf(stage: Stage, app: PreparedApp, sinceUtc = ''): Promise<PromotionHistory> {
  const [source = ''] = Object.keys(stage.config.sources);
  const [promotion] = await stage.ledger.listPromotions({ site: source, appId: app.appId });
  const ids = [
    workflowIds.promotion(source, app.appId),
    ...Object.keys(stage.config.targets).map((target) => workflowIds.deliver(promotion?.promotionKey ?? '', target)),
  ];
  const histories = await Promise.all(ids.map((id) => stage.temporal.client.workflow.getHandle(id).fetchHistory()));
  const scheduled: { name: string; atMs: number }[] = [];
  const sinceMs = Date.parse(sinceUtc) || 0;
  const ranMs = new Map<string, number>();
  let count = 0;
  for (const { events = [] } of histories) {
    count += events?.length ?? 0;
    const names = new Map<string, string>();
    const starts = new Map<string, number>();
    for (const event of events ?? []) {
      const atMs = msOf(event.eventTime);
      const { activityTaskScheduledEventAttributes: plan, activityTaskStartedEventAttributes: start } = event;
      const end = event.activityTaskCompletedEventAttributes;
      if (plan) {
        const name = plan.activityType?.name ?? '';
        names.set(String(event.eventId), name);
        if (atMs >= sinceMs) scheduled.push({ name, atMs });
      }
      const local = localActivityOf(event);
      if (local && atMs >= sinceMs) scheduled.push({ name: local, atMs });
      if (start) starts.set(String(start.scheduledEventId), atMs);
      if (end) {
        const id = String(end.scheduledEventId);
        ranMs.set(names.get(id) ?? '', atMs - (starts.get(id) ?? atMs));
      }
    }
  }
  const awaited = scheduled.filter(({ name }) => !BESIDE_THE_WORK.has(name)).toSorted((a, b) => a.atMs - b.atMs);
  return { events: count, awaited: awaited.map(({ name }) => name), ranMs };
}

/** The name of the local activity that a marker tells of. */
function localActivityOf({ markerRecordedEventAttributes: marker }: HistoryEvent): string | undefined {
  const told = marker?.markerName === 'core_local_activity' && marker.details?.['data']?.payloads?.[0]?.data;
  return told ? (JSON.parse(Buffer.from(told).toString()) as { activity_type: string }).activity_type : undefined;
}

function msOf(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
