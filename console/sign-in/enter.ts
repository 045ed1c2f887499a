import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { ConsoleContext } from '../server/context.ts';
import { note } from './note.ts';
import { beginSession } from './session.ts';

/** Lets somebody in who has proved who he is: a session begins, and it is noted when. */
export async function enter(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  person: ConsolePerson,
): Promise<void> {
  await context.ledger.changePerson(person.name, { signedIn: true });
  beginSession(context, reply, person);
  await note(context, request, { what: 'signed-in', by: person, facts: { kind: person.kind } });
}
