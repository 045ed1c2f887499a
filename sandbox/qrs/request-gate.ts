import type { IncomingMessage } from 'node:http';
import { type Actor, actorOf, findUser, inactive, parseUserHeader, repositoryActor } from './actors.ts';
import { createUser } from './people.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import type { SiteState } from './site-state.ts';

const xrfText = 'XSRF prevention check failed. Possible XSRF discovered.';

/** A request line taken apart. */
export interface Target {
  /** Decoded path segments, empty ones left out. */
  segments: string[];
  /** By lower-cased name, decoded. */
  query: Map<string, string>;
  /** A query part without `=`: what a raw `&` in a value leaves behind. */
  hasBareParameter: boolean;
}

/** Takes the request's URL apart; undefined when its percent-encoding is broken. */
export function parseTarget(url: string): Target | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new Map<string, string>();
  let hasBareParameter = false;
  try {
    for (const part of mark < 0 ? [] : url.slice(mark + 1).split('&')) {
      if (part === '') continue;
      const equals = part.indexOf('=');
      if (equals < 0) hasBareParameter = true;
      else query.set(decode(part.slice(0, equals)).toLowerCase(), decode(part.slice(equals + 1)));
    }
    const segments = path.split('/').filter((segment) => segment !== '');
    return { segments: segments.map((segment) => decodeURIComponent(segment)), query, hasBareParameter };
  } catch {
    return undefined;
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Whether query and header carry the same 16 letters or digits ("QRS facts, section 3"). */
export function isXrfRight(request: IncomingMessage, target: Target): boolean {
  const key = target.query.get('xrfkey');
  return key !== undefined && /^[0-9A-Za-z]{16}$/u.test(key) && request.headers['x-qlik-xrfkey'] === key;
}

/** The 403 for a request whose keys do not match. */
export function xrfRefusal(): QrsRefusal {
  return new QrsRefusal(403, xrfText);
}

/**
 * Refuses a query that was cut by an unescaped character.
 * @throws QrsRefusal 400 `Missing parameter value(s)`.
 */
export function checkQuery(site: SiteState, target: Target): void {
  const isEmpty = site.switches.emptyQueryValue === 'refused' && [...target.query.values()].includes('');
  if (target.hasBareParameter || isEmpty) throw badRequest('Missing parameter value(s)');
}

/**
 * Who asks, by `X-Qlik-User`.
 * @throws QrsRefusal 403 for an unknown or inactive user, or without the header, as the switches say.
 */
export function actorOfRequest(site: SiteState, request: IncomingMessage): Actor {
  const header = request.headers['x-qlik-user'];
  if (typeof header !== 'string') {
    if (site.switches.withoutUserHeader === 'admin') return repositoryActor;
    throw new QrsRefusal(403, 'Forbidden');
  }
  const name = parseUserHeader(header);
  if (name === undefined) throw inactive();
  const known = findUser(site, name);
  if (known !== undefined) return actorOf(known);
  if (site.switches.unknownUser === 'inactive-403') throw inactive();
  return actorOf(createUser(site, repositoryActor, { ...name, name: name.id, roles: [] }));
}
