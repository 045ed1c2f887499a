import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { ConsoleContext } from '../server/context.ts';

/** What the signed cookie of a session holds. Times are milliseconds since 1970. */
interface SessionFacts {
  readonly name: string;
  readonly epoch: number;
  readonly since: number;
  readonly seen: number;
}

/** The cookie is written anew at most this often. */
const SEEN_EVERY_MS = 60_000;

/** Begins a session: the browser gets a signed cookie that scripts cannot read and other sites cannot send. */
export function beginSession(context: ConsoleContext, reply: FastifyReply, { name, epoch }: ConsolePerson): void {
  const now = Date.now();
  write(context, reply, { name, epoch, since: now, seen: now });
}

export function endSession({ cookies }: ConsoleContext, reply: FastifyReply): void {
  reply.clearCookie(cookies.session, { path: '/' });
}

/**
 * Who sends a request; `undefined` for a cookie that is missing, forged, too old, or of somebody who may no longer sign
 * in or must do so again. What he may do is read from the ledger each time.
 */
export async function personOf(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<ConsolePerson | undefined> {
  const session = await sessionOf(context, request);
  if (!session) return undefined;
  const { person, facts } = session;
  const now = Date.now();
  // A page that reads itself anew is nobody who does something.
  const isByItself = request.headers['waybill-refresh'] !== undefined;
  if (now - facts.seen > SEEN_EVERY_MS && !isByItself) write(context, reply, { ...facts, seen: now });
  return person;
}

/** The session of a request as it is now, and nothing written: for pages that stay open. */
export async function sessionOf(
  context: ConsoleContext,
  request: FastifyRequest,
): Promise<{ readonly person: ConsolePerson; readonly facts: SessionFacts } | undefined> {
  const facts = read(context, request);
  if (!facts) return undefined;
  const now = Date.now();
  const { sessionIdleMs, sessionLengthMs } = context.config.console;
  if (now - facts.seen > sessionIdleMs || now - facts.since > sessionLengthMs) return undefined;
  const person = await context.ledger.findPerson(facts.name);
  if (!person || person.disabledAtUtc !== undefined || person.epoch !== facts.epoch) return undefined;
  return { person, facts };
}

function write({ cookies, isSecure }: ConsoleContext, reply: FastifyReply, facts: SessionFacts): void {
  reply.setCookie(cookies.session, JSON.stringify(facts), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    signed: true,
  });
}

function read({ cookies }: ConsoleContext, request: FastifyRequest): SessionFacts | undefined {
  const cookie = request.cookies[cookies.session];
  const { valid, value } = cookie === undefined ? { valid: false, value: null } : request.unsignCookie(cookie);
  // Signed by this installation, so it is as it was written.
  return valid && value !== null ? (JSON.parse(value) as SessionFacts) : undefined;
}
