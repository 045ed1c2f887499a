import type { Reply } from '../qrs/http-call.ts';
import type { WebRequest } from '../web/web-server.ts';
import type { Caller, Credentials } from './credentials.ts';
import { CloudRefusal } from './refusal.ts';
import type { TenantState } from './tenant-state.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** A request on its way to a handler. */
export interface CloudCall {
  state: TenantState;
  sender: WebhookSender;
  credentials: Credentials;
  caller: Caller;
  request: WebRequest;
  /** Values of the route's placeholders. */
  params: Record<string, string>;
}

/** One endpoint. Path segments in lower case; `{name}` is a placeholder. */
export interface CloudRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /** Which of Qlik's limits counts it: 1 for reads, 2 for writes. */
  tier: 1 | 2;
  handle(call: CloudCall): Reply | Promise<Reply>;
}

/** 200 with JSON. */
export function ok(json: unknown): Reply {
  return { status: 200, json };
}

/** What a record shows: all but the fields that are the stand-in's own. */
export function without<T extends object, K extends keyof T>(record: T, hidden: readonly K[]): Omit<T, K> {
  const shown = Object.entries(record).filter(([name]) => !(hidden as readonly string[]).includes(name));
  return Object.fromEntries(shown) as Omit<T, K>;
}

/** The placeholder's value. */
export function param(call: CloudCall, name: string): string {
  return call.params[name] ?? '';
}

/**
 * The request's body as JSON.
 * @throws CloudRefusal 400 when it is none.
 */
export function readJson({ request }: CloudCall): unknown {
  try {
    return JSON.parse(request.rawBody.toString('utf8')) as unknown;
  } catch {
    throw new CloudRefusal(400, 'Bad request', 'the body is no JSON');
  }
}
