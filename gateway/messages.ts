import { type EventFacts, REPEATED_RELOAD, SINGLE_RELOAD } from './event.ts';
import { legacyShapeOf } from './legacy-shape.ts';
import type { GatewaySettings, TenantSettings } from './settings.ts';

/** An event whose signature was found right. */
export interface GenuineEvent {
  readonly facts: EventFacts;
  /** As JSON. */
  readonly value: unknown;
  /** As it came. */
  readonly raw: Uint8Array;
}

/** What is to be published. */
export interface Message {
  readonly topic: string;
  readonly body: Uint8Array;
}

/** What is published of an event, in this order; nothing for a type without a route. Pure. */
export function messagesOf(
  { facts, value, raw }: GenuineEvent,
  { id, legacyTopic }: TenantSettings,
  { topic, routes }: Pick<GatewaySettings, 'topic' | 'routes'>,
): Message[] {
  if (facts.type !== SINGLE_RELOAD && facts.type !== REPEATED_RELOAD) {
    const route = Object.hasOwn(routes, facts.type) ? routes[facts.type] : undefined;
    return route === undefined ? [] : [{ topic: `${route}/${id}`, body: raw }];
  }
  const asItCame = { topic: `${topic}/${id}`, body: raw };
  if (legacyTopic === undefined) return [asItCame];
  const body = Buffer.from(JSON.stringify(legacyShapeOf(value as Readonly<Record<string, unknown>>, facts)));
  return [asItCame, { topic: `${legacyTopic}/${id}`, body }];
}
