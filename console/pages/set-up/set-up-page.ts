import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { ConsolePerson, ConsoleRoles } from '../../../ledger/console-people.ts';
import { redirectWith } from '../../html/flash.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { newPasswordFields, whyNotBoth } from '../../html/password-fields.ts';
import { showPage } from '../../html/show-page.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { whoAdministers } from '../../sign-in/administrators.ts';
import { enter } from '../../sign-in/enter.ts';
import { requireLink, useLink } from '../../sign-in/links.ts';
import { doAndNote } from '../../sign-in/note.ts';
import { hashPassword } from '../../sign-in/password.ts';
import { personFields, type TypedPerson, whyNotThisPerson } from '../../sign-in/person-rules.ts';

const everything: ConsoleRoles = { admin: true, operator: true, approves: 'every' };

const linkQuery = z.object({ link: z.string().max(200).default('') });
const setUpForm = z.object({
  ...personFields,
  link: z.string().max(200),
  password: z.string().max(1000),
  again: z.string().max(1000),
});

const title = 'Become administrator';

/** Behind the one-time link of a console that nobody administers: who opens it first becomes administrator. */
export function addSetUpPage(server: ConsoleServer, context: ConsoleContext): void {
  const { ledger } = context;
  server.get('/set-up', { config: { open: true } }, async (request, reply) => {
    const { link } = readQuery(request, linkQuery);
    await requireLink(ledger, 'set-up', link);
    return showPage(context, request, reply, { styles: 'people.css', title, body: setUpBody(request.formToken, link) });
  });

  server.post('/set-up', { config: { open: true } }, async (request, reply) => {
    const { link, password, again, ...typed } = readForm(request, setUpForm);
    await requireLink(ledger, 'set-up', link);
    const unfit = whyNotThisPerson(typed) ?? whyNotBoth(password, again, typed.name);
    const person =
      unfit === undefined
        ? await addAdministrator(context, request, link, { ...typed, passwordHash: await hashPassword(password) })
        : undefined;
    if (!person) {
      const wrong = unfit ?? `There is somebody of the name ${typed.name} already; choose another one.`;
      const body = setUpBody(request.formToken, link, { typed, wrong });
      return showPage(context, request, reply.code(422), { styles: 'people.css', title, body });
    }
    await enter(context, request, reply, person);
    return redirectWith(context, reply, '/', { tone: 'good', text: `Welcome. You are administrator of this Waybill.` });
  });
}

/**
 * Uses the link up, adds the person and notes it: all or nothing. Nothing, and `undefined`, where the name is taken.
 * @throws WAYBILL_CONSOLE_LINK_USED_UP, WAYBILL_CONSOLE_HAS_ADMINISTRATOR
 */
function addAdministrator(
  context: ConsoleContext,
  request: FastifyRequest,
  link: string,
  person: TypedPerson & { readonly passwordHash: string },
): Promise<ConsolePerson | undefined> {
  return doAndNote(context, request, async (store) => {
    await store.holdPeople();
    if (await store.findPerson(person.name)) return { result: undefined };
    await useLink(store, 'set-up', link);
    const who = await whoAdministers(context.config.console, store);
    if (who !== undefined) throw waybillError('WAYBILL_CONSOLE_HAS_ADMINISTRATOR', { who });
    await store.addPerson({ ...person, kind: 'local', roles: everything, groups: [] });
    const result = await store.findPerson(person.name);
    return { result, deed: { what: 'person-added', by: result, person: result?.name, facts: { link: 'set-up' } } };
  });
}

function setUpBody(
  token: string,
  link: string,
  failed?: { readonly typed: TypedPerson; readonly wrong: string },
): Html {
  return form({
    action: '/set-up',
    token,
    class: 'narrow',
    children: html`
      ${failed && html`<div class="notice bad" role="alert">${failed.wrong}</div>`}
      <p>Nobody administers this Waybill yet. Choose how you sign in; you can add others then.</p>
      <input type="hidden" name="link" value=${link} />
      <label>Name to sign in with <input name="name" autocomplete="username" autocapitalize="none" required value=${failed?.typed.name} /></label>
      <label>What people call you <input name="displayName" autocomplete="name" required value=${failed?.typed.displayName} /></label>
      <label>
        Account in Qlik Sense
        <input name="account" autocapitalize="none" required value=${failed?.typed.account} />
        <span class="quiet">As in COMPANY\\anna. Your decisions are recorded under it.</span>
      </label>
      ${newPasswordFields()}
      <button class="main">Become administrator</button>
    `,
  });
}
