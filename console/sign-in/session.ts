import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { ConsoleContext } from '../server/context.ts';
import { readSigned, writeSigned } from '../server/signed-cookie.ts';
import { signsInHere } from './administrators.ts';

/** What the signed cookie of a session holds. Times are milliseconds since 1970. */
const sessionFacts = z.object({ name: z.string(), epoch: z.number(), since: z.number(), seen: z.number() });

type SessionFacts = Readonly<z.output<typeof sessionFacts>>;

/** The cookie is written anew at most this often. */
const SEEN_EVERY_MS = 60_000;

/**
 * Begins a session: the browser gets a signed cookie that scripts cannot read and other sites cannot send. Whatever
 * cookie it had before is replaced.
 */
export function beginSession(context: ConsoleContext, reply: FastifyReply, { name, epoch }: ConsolePerson): void {
  const now = Date.now();
  writeSigned(context, reply, { name: context.cookies.session }, { name, epoch, since: now, seen: now });
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
  if (now - facts.seen > SEEN_EVERY_MS && !isByItself) {
    writeSigned(context, reply, { name: context.cookies.session }, { ...facts, seen: now });
  }
  return person;
}

/** The session of a request as it is now, and nothing written: for pages that stay open. */
export async function sessionOf(
  context: ConsoleContext,
  request: FastifyRequest,
): Promise<{ readonly person: ConsolePerson; readonly facts: SessionFacts } | undefined> {
  const facts = readSigned(request, context.cookies.session, sessionFacts);
  if (!facts) return undefined;
  const now = Date.now();
  const { sessionIdleMs, sessionLengthMs } = context.config.console;
  if (now - facts.seen > sessionIdleMs || now - facts.since > sessionLengthMs) return undefined;
  const person = await context.ledger.findPerson(facts.name);
  if (!person || person.epoch !== facts.epoch || !signsInHere(context.config.console, person)) return undefined;
  return { person, facts };
}
