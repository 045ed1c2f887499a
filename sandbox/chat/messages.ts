import type { IncomingHttpHeaders } from 'node:http';
import type { Reply } from '../qrs/http-call.ts';
import type { WebRequest } from '../web/web-server.ts';

/** A call as one of the services got it. */
export interface ChatMessage {
  /** 1 for the first call. */
  number: number;
  atUtc: string;
  service: 'slack' | 'teams' | 'webhook';
  /** Name of the channel, or of the receiver. */
  channel: string;
  /** What the service answered; a fault may have hidden it from the client. */
  status: number;
  /** Whether people in the channel see it. An accepted message need not be shown. */
  isShown: boolean;
  /** Why it was refused, or accepted and not shown. */
  problems: string[];
  /** Parsed; undefined when it is no JSON. */
  body: unknown;
  raw: string;
  sizeBytes: number;
  headers: IncomingHttpHeaders;
}

/** What a service makes of a call. */
export interface Verdict {
  reply: Reply;
  isShown: boolean;
  problems: string[];
  body: unknown;
}

/** One URL to post to. */
export interface Destination {
  service: ChatMessage['service'];
  channel: string;
  judge(request: WebRequest): Verdict;
}

/** A call that is refused, for a reason. */
export function refused(reply: Reply, problems: readonly string[], body: unknown): Verdict {
  return { reply, isShown: false, problems: [...problems], body };
}

/** The text as a JSON object; undefined when it is anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is an address that a button may open. */
export function isWebAddress(value: unknown): boolean {
  return typeof value === 'string' && ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '');
}
