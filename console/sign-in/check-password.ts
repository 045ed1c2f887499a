import type { FastifyRequest } from 'fastify';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { ConsoleContext } from '../server/context.ts';
import { isPassword } from './password.ts';

/**
 * The person whose password this is; `undefined` where there is none or it is wrong, and it takes as long then. Whoever
 * tries too often is told when to come again.
 * @throws WAYBILL_CONSOLE_TOO_MANY_TRIES, WAYBILL_CONSOLE_BUSY
 */
export async function checkPassword(
  { ledger, throttle }: ConsoleContext,
  request: FastifyRequest,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<ConsolePerson | undefined> {
  const tried = { name, address: request.ip };
  await throttle.begin(tried);
  const person = await ledger.findPerson(name.trim());
  const isRight = await isPassword(password, person?.kind === 'local' ? person.passwordHash : undefined);
  if (!person || !isRight) return undefined;
  await throttle.succeed(tried);
  return person;
}
