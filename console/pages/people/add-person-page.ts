import { z } from 'zod';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readForm } from '../../server/read-form.ts';
import { doAndNote } from '../../sign-in/note.ts';
import {
  linesOf,
  personFields,
  roleFields,
  rolesOf,
  whyNotTheseRoles,
  whyNotThisPerson,
} from '../../sign-in/person-rules.ts';
import { requireRight, rolesText, type WhyNot, whyNotAdminister } from '../../sign-in/rights.ts';
import { showNewLink } from './link-shown.ts';
import { emptyFields, type FieldValues, personFieldset } from './person-fields.ts';

const addForm = z.object({ ...personFields, ...roleFields });

const title = 'Add somebody';

/** Adds somebody who signs in with a password, which he chooses himself behind a link. */
export function addAddPersonPage(server: ConsoleServer, context: ConsoleContext): void {
  const current = '/people';
  server.get('/people/add', (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const body = addBody(context, request.formToken, { name: '', values: emptyFields });
    return showPage(context, request, reply, { styles: 'people.css', title, body, current });
  });

  server.post('/people/add', async (request, reply) => {
    const admin = personIn(request);
    requireRight(whyNotAdminister(admin) ?? whyNoPasswords(context));
    const sent = readForm(request, addForm);
    const { name, displayName, account } = sent;
    const values = { displayName, account, roles: rolesOf(sent), groups: linesOf(sent.groups) };
    const facts = { account, roles: rolesText(values.roles), groups: values.groups };
    const add = (): Promise<ConsolePerson | undefined> =>
      doAndNote(context, request, async (store) => {
        if (!(await store.addPerson({ name, kind: 'local', ...values }))) return { result: undefined };
        const result = await store.findPerson(name);
        return { result, deed: { what: 'person-added', by: admin, person: result?.name, facts } };
      });
    const unfit = whyNotThisPerson(sent) ?? whyNotTheseRoles(sent);
    const person = unfit === undefined ? await add() : undefined;
    if (!person) {
      const wrong = unfit ?? `There is somebody of the name ${name} already.`;
      const body = addBody(context, request.formToken, { name, values, wrong });
      return showPage(context, request, reply.code(422), { styles: 'people.css', title, body, current });
    }
    return showNewLink(context, request, reply, person);
  });
}

function whyNoPasswords({ config }: ConsoleContext): WhyNot {
  return config.console.localSignIn ? undefined : 'Nobody signs in with a password here (console.localSignIn).';
}

interface AddParts {
  readonly name: string;
  readonly values: FieldValues;
  readonly wrong?: string;
}

function addBody(context: ConsoleContext, token: string, { name, values, wrong }: AddParts): Html {
  const whyNot = whyNoPasswords(context);
  if (whyNot !== undefined) {
    return html`<div class="notice warn">
      ${whyNot} People come by themselves from ${context.config.console.oidc?.label}, by the groups of console.oidc.roles.
    </div>`;
  }
  return form({
    action: '/people/add',
    token,
    class: 'narrow',
    children: html`
      ${wrong && html`<div class="notice bad" role="alert">${wrong}</div>`}
      <label>
        Name to sign in with
        <input name="name" autocapitalize="none" autocomplete="off" required value=${name} />
        <span class="quiet">It cannot be changed later: it stands in the records.</span>
      </label>
      ${personFieldset(context.config, values)}
      <button class="main">Add, and get a link to hand over</button>
    `,
  });
}
