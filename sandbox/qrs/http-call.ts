import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Actor } from './actors.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import type { SiteState } from './site-state.ts';

/** A request on its way to a handler. */
export interface Call {
  site: SiteState;
  actor: Actor;
  /** Values of the route's placeholders, as sent. */
  params: Record<string, string>;
  /** By lower-cased name, decoded. */
  query: Map<string, string>;
  request: IncomingMessage;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

/** What to answer. */
export interface Reply {
  status: number;
  /** Sent as JSON. */
  json?: unknown;
  text?: string;
  contentType?: string;
  headers?: Record<string, string>;
  /** A file, opened when it is sent. */
  file?: { sizeBytes: number; open: () => Readable };
}

/** One endpoint. Path segments in lower case; `{name}` is a placeholder. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  handle(call: Call): Reply | Promise<Reply>;
}

const mostJsonBytes = 32 * 1024 * 1024;

/** 200 with JSON. */
export function ok(json: unknown): Reply {
  return { status: 200, json };
}

/** 201 with JSON. */
export function created(json: unknown): Reply {
  return { status: 201, json };
}

/** 204. */
export const noContent: Reply = { status: 204 };

/** The placeholder's value. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/**
 * A query value that must be there.
 * @throws QrsRefusal 400 `Missing parameter value(s)`.
 */
export function requiredQuery(call: Call, name: string): string {
  const value = call.query.get(name);
  if (value === undefined || value === '') throw badRequest('Missing parameter value(s)');
  return value;
}

/**
 * A boolean query value.
 * @throws QrsRefusal 400 when it is neither true nor false.
 */
export function booleanQuery(call: Call, name: string, initial: boolean): boolean {
  const value = call.query.get(name)?.toLowerCase();
  if (value === undefined || value === '') return initial;
  if (value === 'true' || value === 'false') return value === 'true';
  throw badRequest(`Invalid value for parameter ${name}`);
}

/**
 * The request's body as JSON; undefined when it is empty.
 * @throws QrsRefusal 400 when it is no JSON, 413 when it is larger than 32 MB.
 */
export async function readJson(call: Call): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of call.request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostJsonBytes) throw new QrsRefusal(413, 'Request entity too large');
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw badRequest('Invalid JSON in the request body');
  }
}

/**
 * The request's body as a JSON object.
 * @throws QrsRefusal 400 when it is anything else.
 */
export async function readObject(call: Call): Promise<Record<string, unknown>> {
  const body = await readJson(call);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('The request body must be an object');
  return body as Record<string, unknown>;
}
