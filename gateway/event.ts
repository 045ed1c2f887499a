import { z } from 'zod';

/** What the gateway needs to know of an event, whichever shape it came in. */
export interface EventFacts {
  readonly tenantId: string;
  /** Such as `com.qlik.v1.reload.finished`. */
  readonly type: string;
  readonly eventId: string;
}

/** One event for each reload (Qlik Cloud facts, section 1). */
export const SINGLE_RELOAD = 'com.qlik.v1.reload.finished';
/** One for each attempt of the engine, those that are repeated among them. */
export const REPEATED_RELOAD = 'com.qlik.v1.app.reload.finished';

const name = z.string().min(1).max(256);

/** CloudEvents 1.x, and the hybrid that bears the fields of both. */
const cloudEvent = z
  .object({ specversion: z.string().regex(/^1(\.|$)/), type: name, id: name, tenantid: name, data: z.object({}) })
  .transform(({ tenantid, type, id }): EventFacts => ({ tenantId: tenantid, type, eventId: id }));

/** What Qlik Cloud sent until November 2025. */
const legacyEvent = z
  .object({
    cloudEventsVersion: z.string().regex(/^0\./),
    eventType: name,
    eventId: name,
    extensions: z.object({ tenantId: name }),
    data: z.object({}),
  })
  .transform(({ extensions, eventType, eventId }): EventFacts => {
    return { tenantId: extensions.tenantId, type: eventType, eventId };
  });

const event = z.union([cloudEvent, legacyEvent]);

/**
 * The facts of an event of Qlik Cloud in any of its three shapes (Qlik Cloud facts, section 1); undefined for what is
 * none. Pure.
 */
export function readEvent(value: unknown): EventFacts | undefined {
  return event.safeParse(value).data;
}
