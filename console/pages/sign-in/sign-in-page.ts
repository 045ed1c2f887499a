import { z } from 'zod';
import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { form } from '../../html/form.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { ownPath } from '../../server/own-path.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { isPassword } from '../../sign-in/password.ts';
import { beginSession, endSession } from '../../sign-in/session.ts';

const signInForm = z.object({
  name: z.string().min(1).max(200),
  password: z.string().min(1).max(200),
  to: z.string().optional(),
});
const signInQuery = z.object({ to: z.string().optional() });

/** The page to sign in at, and the way out. */
export function addSignInPage(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/sign-in', { config: { open: true } }, (request, reply) => {
    const { to } = readQuery(request, signInQuery);
    if (request.person) return reply.redirect(ownPath(to));
    return showPage(context, request, reply, { title: 'Sign in', body: signInBody(request.formToken, to) });
  });

  server.post('/sign-in', { config: { open: true } }, async (request, reply) => {
    const { name, password, to } = readForm(request, signInForm);
    const person = await context.ledger.findPerson(name);
    const isRight = await isPassword(password, person?.passwordHash);
    if (!person || !isRight || person.disabledAtUtc !== undefined) {
      const why = 'Name or password is wrong.';
      const body = signInBody(request.formToken, to, { name, why });
      return showPage(context, request, reply.code(401), { title: 'Sign in', body });
    }
    beginSession(context, reply, person);
    return reply.redirect(ownPath(to), 303);
  });

  server.post('/sign-out', { config: { open: true } }, (_request, reply) => {
    endSession(context, reply);
    return reply.redirect('/sign-in', 303);
  });
}

function signInBody(token: string, to: string | undefined, failed?: { readonly name: string; readonly why: string }) {
  return form({
    action: '/sign-in',
    token,
    class: 'narrow',
    children: html`
      ${failed && html`<div class="notice bad" role="alert">${failed.why}</div>`}
      <input type="hidden" name="to" value=${to} />
      <label>Name <input name="name" autocomplete="username" required value=${failed?.name} /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <button class="main">Sign in</button>
    `,
  });
}
