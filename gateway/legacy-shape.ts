import { type EventFacts, REPEATED_RELOAD, SINGLE_RELOAD } from './event.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An event as Qlik Cloud sent it until November 2025. */
export interface LegacyEvent {
  readonly cloudEventsVersion: '0.1';
  readonly source: unknown;
  readonly contentType: unknown;
  readonly eventId: unknown;
  readonly eventTime: unknown;
  readonly eventTypeVersion: unknown;
  readonly eventType: unknown;
  readonly extensions: Fields;
  readonly data: unknown;
}

/**
 * An event of a reload, in whichever shape it came, in the shape of until November 2025, for programs that know no
 * other: the renaming that Qlik announced, backwards. Those programs know only the event of the engine, so that of a
 * whole reload becomes one of it. Pure; what neither the event nor `known` tells is left out.
 */
export function legacyShapeOf(event: Fields, known: Partial<EventFacts> = {}): LegacyEvent {
  const extensions = fieldsOf(event['extensions']);
  const data = fieldsOf(event['data']);
  const isWholeReload = (event['type'] ?? event['eventType']) === SINGLE_RELOAD;
  return {
    cloudEventsVersion: '0.1',
    source: event['source'],
    contentType: event['datacontenttype'] ?? event['contentType'] ?? 'application/json',
    eventId: known.eventId ?? event['id'] ?? event['eventId'],
    eventTime: event['time'] ?? event['eventTime'],
    eventTypeVersion: event['eventTypeVersion'] ?? '1.0.0',
    eventType: isWholeReload ? REPEATED_RELOAD : (event['type'] ?? event['eventType']),
    extensions: {
      ...extensions,
      ownerId: event['ownerid'] ?? extensions['ownerId'],
      tenantId: known.tenantId ?? event['tenantid'] ?? extensions['tenantId'],
      userId: event['userid'] ?? extensions['userId'] ?? (isWholeReload ? data['userId'] : undefined),
      spaceId: event['spaceid'] ?? extensions['spaceId'],
      topLevelResourceId:
        event['toplevelresourceid'] ?? extensions['topLevelResourceId'] ?? (isWholeReload ? data['appId'] : undefined),
    },
    data: isWholeReload ? engineDataOf(data) : event['data'],
  };
}

/**
 * What the engine would have told of a whole reload. Butler fails where a number is missing, so that what this event
 * does not tell of memory and rows is told as 0 and -1; the name of the app is not in it, so that its id stands there.
 */
function engineDataOf(data: Fields): Fields {
  const { id, appId, status, succeeded, partial, appUsage, durationSeconds, errorMessage } = data;
  return {
    ...data,
    name: data['name'] ?? appId,
    status: engineStatusOf(status, succeeded),
    reloadId: data['reloadId'] ?? id,
    duration: typeof durationSeconds === 'number' ? durationSeconds * 1000 : 0,
    errors: typeof errorMessage === 'string' && errorMessage !== '' ? [errorMessage] : [],
    warnings: [],
    statements: [],
    usage: appUsage,
    isPartialReload: partial === true,
    isDirectQueryMode: appUsage === 'DIRECT_QUERY_MODE',
    isSessionApp: false,
    isSkipStore: false,
    endedWithMemoryConstraint: false,
    peakMemoryBytes: 0,
    rowLimit: -1,
    size: { memory: 0 },
  };
}

/** Those listening act on `error` alone: nobody is to be woken for a reload that somebody has canceled. */
const engineStatuses: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ok',
  FAILED: 'error',
  EXCEEDED_LIMIT: 'error',
  CANCELED: 'canceled',
};

function engineStatusOf(status: unknown, succeeded: unknown): string {
  if (typeof status === 'string') return engineStatuses[status] ?? status.toLowerCase();
  return succeeded === false ? 'error' : 'ok';
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
