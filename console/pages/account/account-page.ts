import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsolePerson, PersonPatch } from '../../../ledger/console-people.ts';
import { redirectWith } from '../../html/flash.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { newPasswordFields, whyNotBoth } from '../../html/password-fields.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readForm } from '../../server/read-form.ts';
import { checkPassword } from '../../sign-in/check-password.ts';
import { contactOf } from '../../sign-in/contact.ts';
import { type DeedKind, doAndNote } from '../../sign-in/note.ts';
import { hashPassword } from '../../sign-in/password.ts';
import { requireRight, rolesText, type WhyNot } from '../../sign-in/rights.ts';
import { beginSession } from '../../sign-in/session.ts';

const passwordForm = z.object({
  old: z.string().max(1000),
  password: z.string().max(1000),
  again: z.string().max(1000),
});

const title = 'My account';

/** What somebody may do, his password, and his sessions elsewhere. */
export function addAccountPage(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/account', (request, reply) => {
    const body = accountBody(context, request.formToken, personIn(request));
    return showPage(context, request, reply, { styles: 'people.css', title, body });
  });

  server.post('/account/password', async (request, reply) => {
    const person = personIn(request);
    requireRight(whyNoPassword(person));
    const { old, password, again } = readForm(request, passwordForm);
    const wrong = whyNotBoth(password, again, person.name) ?? (await whyNotOld(context, request, old));
    if (wrong !== undefined) {
      const body = accountBody(context, request.formToken, person, wrong);
      return showPage(context, request, reply.code(422), { styles: 'people.css', title, body });
    }
    await stayHereAlone(context, request, reply, 'password-chosen', { passwordHash: await hashPassword(password) });
    const text = 'Your password is changed. Wherever else you were signed in, it is asked for now.';
    return redirectWith(context, reply, '/account', { tone: 'good', text });
  });

  server.post('/account/end-sessions', async (request, reply) => {
    await stayHereAlone(context, request, reply, 'sessions-ended', {});
    const text = 'You are signed in here alone now.';
    return redirectWith(context, reply, '/account', { tone: 'good', text });
  });
}

/** @throws WAYBILL_CONSOLE_TOO_MANY_TRIES, WAYBILL_CONSOLE_BUSY */
async function whyNotOld(context: ConsoleContext, request: FastifyRequest, old: string): Promise<WhyNot> {
  const { name } = personIn(request);
  const person = await checkPassword(context, request, { name, password: old });
  return person ? undefined : 'The present password is wrong.';
}

/** Changes who is signed in and ends his sessions, but for a new one in this browser; a password ends its links. */
async function stayHereAlone(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  what: DeedKind,
  patch: PersonPatch,
): Promise<void> {
  const person = personIn(request);
  const { name } = person;
  const changed = await doAndNote(context, request, async (store) => {
    if (patch.passwordHash !== undefined) await store.endConsoleLinks({ purpose: 'password', person: name });
    await store.changePerson(name, { ...patch, endSessions: true });
    return { result: await store.findPerson(name), deed: { what, by: person, person: name } };
  });
  if (changed) beginSession(context, reply, changed);
}

function whyNoPassword({ kind }: ConsolePerson): WhyNot {
  return kind === 'local' ? undefined : 'Your password is kept by the identity provider; change it there.';
}

function accountBody(context: ConsoleContext, token: string, person: ConsolePerson, wrong?: string): Html {
  const { displayName, name, account, roles, groups } = person;
  const whyNot = whyNoPassword(person);
  return html`<div class="sheet">
      <dl>
        <dt>Signed in as</dt>
        <dd>${displayName} (${name})</dd>
        <dt>Account of your decisions</dt>
        <dd>${account}</dd>
        <dt>You are</dt>
        <dd>${rolesText(roles)}</dd>
        ${groups.length > 0 && html`<dt>Groups</dt><dd>${groups.join(', ')}</dd>`}
      </dl>
      <p class="quiet">Something is wrong? Ask ${contactOf(context.config.console)}.</p>
    </div>
    <section>
      <h2>Password</h2>
      ${
        whyNot === undefined
          ? form({
              action: '/account/password',
              token,
              class: 'narrow',
              children: html`
                ${wrong && html`<div class="notice bad" role="alert">${wrong}</div>`}
                <input type="text" name="name" value=${name} autocomplete="username" readonly hidden />
                <label>Present password <input name="old" type="password" autocomplete="current-password" required /></label>
                ${newPasswordFields()}
                <button class="main">Change the password</button>
              `,
            })
          : html`<p>${whyNot}</p>`
      }
    </section>
    <section>
      <h2>Signed in elsewhere</h2>
      ${form({
        action: '/account/end-sessions',
        token,
        children: html`<p>Ends every session of yours but this one, as after a computer that you forgot to sign out of.</p>
          <button>End my other sessions</button>`,
      })}
    </section>`;
}
