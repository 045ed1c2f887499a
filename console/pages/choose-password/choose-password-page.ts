import { z } from 'zod';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import type { LedgerStore } from '../../../ledger/ledger.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { redirectWith } from '../../html/flash.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { newPasswordFields, whyNotBoth } from '../../html/password-fields.ts';
import { showPage } from '../../html/show-page.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { signsInHere } from '../../sign-in/administrators.ts';
import { enter } from '../../sign-in/enter.ts';
import { requireLink, useLink } from '../../sign-in/links.ts';
import { doAndNote } from '../../sign-in/note.ts';
import { hashPassword } from '../../sign-in/password.ts';

const linkQuery = z.object({ link: z.string().max(200).default('') });
const passwordForm = z.object({
  link: z.string().max(200),
  password: z.string().max(1000),
  again: z.string().max(1000),
});

const title = 'Choose a password';

/** Behind the one-time link that an administrator hands over. */
export function addChoosePasswordPage(server: ConsoleServer, context: ConsoleContext): void {
  const { ledger } = context;
  server.get('/choose-password', { config: { open: true } }, async (request, reply) => {
    const { link } = readQuery(request, linkQuery);
    const person = await personOfLink(context, ledger, (await requireLink(ledger, 'password', link)).person);
    return showPage(context, request, reply, {
      styles: 'people.css',
      title,
      body: body(request.formToken, link, person),
    });
  });

  server.post('/choose-password', { config: { open: true } }, async (request, reply) => {
    const { link, password, again } = readForm(request, passwordForm);
    const person = await personOfLink(context, ledger, (await requireLink(ledger, 'password', link)).person);
    const wrong = whyNotBoth(password, again, person.name);
    if (wrong !== undefined) {
      const again = body(request.formToken, link, person, wrong);
      return showPage(context, request, reply.code(422), { styles: 'people.css', title, body: again });
    }
    const passwordHash = await hashPassword(password);
    const changed = await doAndNote(context, request, async (store) => {
      const { person: name } = await useLink(store, 'password', link);
      await store.changePerson(person.name, { passwordHash, endSessions: true });
      const result = await personOfLink(context, store, name);
      return { result, deed: { what: 'password-chosen', by: result, person: result.name } };
    });
    await enter(context, request, reply, changed);
    return redirectWith(context, reply, '/', {
      tone: 'good',
      text: 'Your password is changed, and you are signed in.',
    });
  });
}

/** @throws WAYBILL_CONSOLE_NO_PERSON */
async function personOfLink(
  { config }: ConsoleContext,
  store: LedgerStore,
  name: string | undefined,
): Promise<ConsolePerson> {
  const person = name === undefined ? undefined : await store.findPerson(name);
  if (person?.kind !== 'local' || !signsInHere(config.console, person))
    throw waybillError('WAYBILL_CONSOLE_NO_PERSON', { name });
  return person;
}

function body(token: string, link: string, { name, displayName }: ConsolePerson, wrong?: string): Html {
  return form({
    action: '/choose-password',
    token,
    class: 'narrow',
    children: html`
      ${wrong && html`<div class="notice bad" role="alert">${wrong}</div>`}
      <p>For ${displayName}, who signs in as <strong>${name}</strong>.</p>
      <input type="hidden" name="link" value=${link} />
      <input type="text" name="name" value=${name} autocomplete="username" readonly hidden />
      ${newPasswordFields()}
      <button class="main">Choose this password</button>
    `,
  });
}
