import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsolePerson, PersonPatch } from '../../../ledger/console-people.ts';
import { redirectWith } from '../../html/flash.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readForm } from '../../server/read-form.ts';
import { requireAdministrator } from '../../sign-in/administrators.ts';
import { type DeedKind, doAndNote } from '../../sign-in/note.ts';
import { mayDoLess } from '../../sign-in/oidc/roles-of-groups.ts';
import {
  linesOf,
  personFields,
  roleFields,
  rolesOf,
  whyNotTheseRoles,
  whyNotThisPerson,
} from '../../sign-in/person-rules.ts';
import { requireRight, rolesText, whyNotAdminister } from '../../sign-in/rights.ts';
import { showNewLink } from './link-shown.ts';
import { personBody, requirePerson, whyNotChange } from './person-page.ts';
import { personPath } from './person-path.ts';

const whom = z.object({ name: z.string().max(200) });
const changeForm = z.object({ ...personFields, ...roleFields });

/** What an administrator does to a person. */
export function addPersonChanges(server: ConsoleServer, context: ConsoleContext): void {
  const { ledger } = context;
  server.post('/people/change', (request, reply) => changeRoles(context, request, reply));

  server.post('/people/link', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const person = await requirePerson(ledger, readForm(request, whom).name);
    return showNewLink(context, request, reply, person);
  });

  const simple = (path: string, deed: DeedKind, patch: PersonPatch, told: (who: string) => string): void => {
    server.post(path, async (request, reply) => {
      requireRight(whyNotAdminister(personIn(request)));
      const person = await requirePerson(ledger, readForm(request, whom).name);
      await change(context, request, { person, patch, deed });
      const text = told(person.displayName);
      return redirectWith(context, reply, personPath(person.name), { tone: 'good', text });
    });
  };
  simple(
    '/people/disable',
    'person-disabled',
    { disabled: true, endSessions: true },
    (who) => `${who} is shut out. Links that were not used yet no longer work.`,
  );
  simple('/people/enable', 'person-enabled', { disabled: false }, (who) => `${who} can sign in again.`);
  simple('/people/end-sessions', 'sessions-ended', { endSessions: true }, (who) => `${who} has to sign in again.`);
  simple(
    '/people/forget-identity',
    'identity-forgotten',
    { subject: null, endSessions: true },
    (who) => `Whoever signs in next under the name of ${who} takes it over.`,
  );
}

async function changeRoles(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sent = readForm(request, changeForm);
  const person = await requirePerson(context.ledger, sent.name);
  requireRight(whyNotAdminister(personIn(request)) ?? whyNotChange(person));
  const { displayName, account } = sent;
  const values = { displayName, account, roles: rolesOf(sent), groups: linesOf(sent.groups) };
  const wrong = whyNotThisPerson(sent) ?? whyNotTheseRoles(sent);
  if (wrong !== undefined) {
    const body = personBody(context, request.formToken, person, { values, wrong });
    return showPage(context, request, reply.code(422), {
      styles: 'people.css',
      title: person.displayName,
      body,
      current: '/people',
    });
  }
  const endSessions = mayDoLess(person.roles, values.roles);
  const facts = {
    account,
    before: rolesText(person.roles),
    after: rolesText(values.roles),
    groups: values.groups,
  };
  await change(context, request, { person, patch: { ...values, endSessions }, deed: 'person-changed', facts });
  const text = `${displayName} is ${rolesText(values.roles)} now.`;
  return redirectWith(context, reply, personPath(person.name), { tone: 'good', text });
}

interface Change {
  readonly person: ConsolePerson;
  readonly patch: PersonPatch;
  readonly deed: DeedKind;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** All of a change, with its note, or nothing of it. @throws WAYBILL_CONSOLE_LAST_ADMINISTRATOR */
async function change(
  context: ConsoleContext,
  request: FastifyRequest,
  { person, patch, deed, facts }: Change,
): Promise<void> {
  await doAndNote(context, request, async (store) => {
    await store.holdPeople();
    await store.changePerson(person.name, patch);
    if (patch.disabled) await store.endConsoleLinks({ purpose: 'password', person: person.name });
    // Only what takes something away can leave nobody; where nobody was before, the rest is still to be possible.
    if (patch.disabled || patch.roles) await requireAdministrator(context.config.console, store);
    return { result: undefined, deed: { what: deed, by: request.person, person: person.name, facts } };
  });
}
