import { z } from 'zod';
import { optional } from './event-fields.ts';

const attributes = z
  .object({
    tenantId: optional.id,
    userId: optional.id,
    ownerId: optional.id,
    spaceId: optional.id,
    topLevelResourceId: optional.id,
  })
  .optional()
  .catch(undefined);

const anyShape = z.object({
  specversion: optional.name,
  id: optional.id,
  type: optional.name,
  time: optional.time,
  tenantid: optional.id,
  userid: optional.id,
  ownerid: optional.id,
  spaceid: optional.id,
  toplevelresourceid: optional.id,
  source: optional.name,
  cloudEventsVersion: optional.name,
  eventId: optional.id,
  eventType: optional.name,
  eventTypeVersion: optional.name,
  eventTime: optional.time,
  extensions: attributes,
  data: z.unknown(),
});

/** What every event has around its data, in one shape. */
export interface EventEnvelope {
  readonly type: string | undefined;
  readonly eventId: string | undefined;
  readonly source: string | undefined;
  readonly typeVersion: string | undefined;
  readonly atUtc: string | undefined;
  readonly tenantId: string | undefined;
  readonly userId: string | undefined;
  readonly ownerId: string | undefined;
  readonly spaceId: string | undefined;
  readonly topLevelResourceId: string | undefined;
  readonly data: unknown;
}

/**
 * The envelope of an event in any of the three shapes that Qlik Cloud has had (Qlik Cloud facts, section 1): the legacy one
 * of version 0.1, CloudEvents 1.x, or the hybrid that bears the fields of both, of which those of CloudEvents count.
 * Undefined for what is no event of these. Pure.
 */
export function readEnvelope(body: unknown): EventEnvelope | undefined {
  const read = anyShape.safeParse(body).data;
  if (!read) return undefined;
  const isCloudEvent = /^1(\.|$)/.test(read.specversion ?? '');
  if (!isCloudEvent && !read.cloudEventsVersion?.startsWith('0.')) return undefined;
  const { extensions } = read;
  return {
    type: read.type ?? read.eventType,
    eventId: read.id ?? read.eventId,
    source: read.source,
    typeVersion: read.eventTypeVersion,
    atUtc: read.time ?? read.eventTime,
    tenantId: read.tenantid ?? extensions?.tenantId,
    userId: read.userid ?? extensions?.userId,
    ownerId: read.ownerid ?? extensions?.ownerId,
    spaceId: read.spaceid ?? extensions?.spaceId,
    topLevelResourceId: read.toplevelresourceid ?? extensions?.topLevelResourceId,
    data: read.data,
  };
}
