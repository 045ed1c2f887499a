import { hash } from 'node:crypto';
import { z } from 'zod';

/** What the gateway needs to know of an event, whichever shape it came in. */
export interface EventFacts {
  readonly tenantId: string;
  /** Such as `com.qlik.v1.reload.finished`. */
  readonly type: string;
  readonly eventId: string;
}

/** What an event tells itself: in the schema of Qlik Cloud every field is optional. */
export type ToldFacts = Pick<EventFacts, 'type'> & {
  readonly [fact in keyof EventFacts]: EventFacts[fact] | undefined;
};

/** One event for each reload (Qlik Cloud facts, section 1). */
export const SINGLE_RELOAD = 'com.qlik.v1.reload.finished';
/** One for each attempt of the engine, those that are repeated among them. */
export const REPEATED_RELOAD = 'com.qlik.v1.app.reload.finished';

const name = z.string().min(1).max(256);

/** Nothing, in any of the ways in which that is written. */
const nameOrNone = z
  .union([name, z.literal(''), z.null()])
  .optional()
  .transform((text) => text || undefined);
const extensions = z.object({ tenantId: nameOrNone });
const data = z.object({ tenantId: nameOrNone.catch(undefined) });

/** CloudEvents 1.x, and the hybrid that bears the fields of both: what the new ones do not tell, the old ones may. */
const cloudEvent = z
  .object({
    specversion: z.string().regex(/^1(\.|$)/),
    type: name,
    id: nameOrNone,
    eventId: nameOrNone.catch(undefined),
    tenantid: nameOrNone,
    extensions: extensions.optional().catch(undefined),
    data,
  })
  .transform(
    (event): ToldFacts => ({
      tenantId: event.tenantid ?? event.extensions?.tenantId ?? event.data.tenantId,
      type: event.type,
      eventId: event.id ?? event.eventId,
    }),
  );

/** What Qlik Cloud sent until November 2025. */
const legacyEvent = z
  .object({
    cloudEventsVersion: z.string().regex(/^0\./),
    eventType: name,
    eventId: nameOrNone,
    extensions: extensions.nullish(),
    data,
  })
  .transform((event): ToldFacts => {
    return {
      tenantId: event.extensions?.tenantId ?? event.data.tenantId,
      type: event.eventType,
      eventId: event.eventId,
    };
  });

const event = z.union([cloudEvent, legacyEvent]);

/**
 * What an event of Qlik Cloud tells of itself in any of its three shapes (Qlik Cloud facts, section 1); undefined for
 * what is none. Pure.
 */
export function readEvent(value: unknown): ToldFacts | undefined {
  return event.safeParse(value).data;
}

/**
 * The facts of a genuine event, whole: one that names no tenant is of that whose path and secret it came with, and one
 * without an id has one of its bytes, so that it is known when it comes again. Refused, it would count towards what
 * disables the webhook. Pure.
 */
export function wholeFacts(told: ToldFacts, tenantId: string, raw: Uint8Array): EventFacts {
  return {
    tenantId: told.tenantId ?? tenantId,
    type: told.type,
    eventId: told.eventId ?? `sha256-${hash('sha256', raw)}`,
  };
}
