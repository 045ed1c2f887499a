import type { Route } from './http-call.ts';

/** A route that fits, and the values of its placeholders. */
export interface Routed<T = Route> {
  route: T;
  params: Record<string, string>;
}

/** Finds the route for a method and the segments of its path (of a site: those behind `/qrs/`). */
export type Router<T = Route> = (method: string, segments: readonly string[]) => Routed<T> | undefined;

/** Literal segments (any case) win over placeholders. */
export function createRouter<T extends Pick<Route, 'path'> & { method: string }>(routes: readonly T[]): Router<T> {
  const buckets = new Map<string, { route: T; pattern: string[] }[]>();
  for (const route of routes) {
    const pattern = route.path.split('/').filter((segment) => segment !== '');
    const key = `${route.method} ${pattern.length}`;
    const bucket = buckets.get(key) ?? [];
    bucket.push({ route, pattern });
    buckets.set(
      key,
      bucket.sort((left, right) => countPlaceholders(left.pattern) - countPlaceholders(right.pattern)),
    );
  }
  return (method, segments) => {
    const lower = segments.map((segment) => segment.toLowerCase());
    for (const { route, pattern } of buckets.get(`${method} ${segments.length}`) ?? []) {
      const fits = pattern.every((part, at) => part.startsWith('{') || part === lower[at]);
      if (fits) return { route, params: paramsOf(pattern, segments) };
    }
    return undefined;
  };
}

function countPlaceholders(pattern: readonly string[]): number {
  return pattern.filter((part) => part.startsWith('{')).length;
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  pattern.forEach((part, at) => {
    if (part.startsWith('{')) params[part.slice(1, -1)] = segments[at] ?? '';
  });
  return params;
}
