import type { WebRequest } from '../web/web-server.ts';
import { CloudRefusal } from './refusal.ts';
import type { TenantState } from './tenant-state.ts';

/** A page of a list, as Qlik Cloud answers it. */
export interface Page {
  data: unknown[];
  links: { self: { href: string }; next?: { href: string }; prev?: { href: string } };
}

/**
 * The page that the request asks for by `limit`, `next` and `prev`. A cursor names the entry that its page begins
 * with, so that entries which come meanwhile move no page.
 * @throws CloudRefusal 400 for a limit outside 1 to 100, or a cursor that is none.
 */
export function pageOf<T extends { id: string }>(
  state: TenantState,
  request: WebRequest,
  entries: readonly T[],
  show: (entry: T) => unknown,
): Page {
  const limit = limitOf(state, request);
  const start = startOf(request, entries);
  const page = entries.slice(start, start + limit);
  const after = entries[start + limit];
  const before = start === 0 ? undefined : entries[Math.max(0, start - limit)];
  return {
    data: page.map(show),
    links: {
      self: { href: link(state, request) },
      ...(after && { next: { href: link(state, request, { next: cursorOf(after.id) }) } }),
      ...(before && { prev: { href: link(state, request, { prev: cursorOf(before.id) }) } }),
    },
  };
}

function limitOf(state: TenantState, { query }: WebRequest): number {
  const given = query.get('limit');
  if (given === null) return state.switches.defaultLimit;
  const limit = Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new CloudRefusal(400, 'Bad request', 'limit must be an integer between 1 and 100');
}

function startOf({ query }: WebRequest, entries: readonly { id: string }[]): number {
  const cursor = query.get('next') ?? query.get('prev');
  if (cursor === null) return 0;
  if (query.has('next') && query.has('prev')) {
    throw new CloudRefusal(400, 'Bad request', 'give either the next or the prev cursor, not both');
  }
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  const at = entries.findIndex((entry) => entry.id === id);
  if (at < 0) throw new CloudRefusal(400, 'Bad request', 'the cursor is not valid');
  return at;
}

function cursorOf(id: string): string {
  return Buffer.from(id, 'utf8').toString('base64url');
}

function link(state: TenantState, request: WebRequest, cursor?: Record<string, string>): string {
  const url = new URL(request.url, state.url);
  if (cursor !== undefined) for (const name of ['next', 'prev']) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(cursor ?? {})) url.searchParams.set(name, value);
  return state.switches.linkForm === 'absolute' ? url.href : `${url.pathname}${url.search}`;
}
