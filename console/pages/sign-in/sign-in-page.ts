import { z } from 'zod';
import { showPage } from '../../html/show-page.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { ownPath } from '../../server/own-path.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { checkPassword } from '../../sign-in/check-password.ts';
import { enter } from '../../sign-in/enter.ts';
import { note } from '../../sign-in/note.ts';
import { endSession } from '../../sign-in/session.ts';
import { addOidcPages } from './oidc-pages.ts';
import { signInBody } from './sign-in-body.ts';

const signInForm = z.object({
  name: z.string().min(1).max(200),
  password: z.string().min(1).max(200),
  to: z.string().optional(),
});
const signInQuery = z.object({ to: z.string().optional() });

/** The pages to sign in at, and the way out. */
export function addSignInPage(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/sign-in', { config: { open: true } }, async (request, reply) => {
    const { to } = readQuery(request, signInQuery);
    if (request.person) return reply.redirect(ownPath(to));
    const providerTrouble = await context.provider?.trouble();
    const body = signInBody(context, { token: request.formToken, to, providerTrouble });
    return showPage(context, request, reply, { styles: 'people.css', title: 'Sign in', body });
  });

  addPasswordSignIn(server, context);
  addOidcPages(server, context);

  server.post('/sign-out', { config: { open: true } }, async (request, reply) => {
    endSession(context, reply);
    if (request.person) await note(context, request, { what: 'signed-out', by: request.person });
    return reply.redirect('/sign-in', 303);
  });
}

function addPasswordSignIn(server: ConsoleServer, context: ConsoleContext): void {
  server.post('/sign-in', { config: { open: true } }, async (request, reply) => {
    if (!context.config.console.localSignIn) return reply.callNotFound();
    const { name, password, to } = readForm(request, signInForm);
    const person = await checkPassword(context, request, { name, password });
    if (!person || person.disabledAtUtc !== undefined) {
      // A name that nobody has may be a password in the wrong field.
      const known = person ?? (await context.ledger.findPerson(name.trim()));
      const why = person ? 'shut out' : 'wrong name or password';
      await note(context, request, { what: 'sign-in-refused', by: undefined, person: known?.name, facts: { why } });
      const failed = { name, why: 'Name or password is wrong.' };
      const body = signInBody(context, { token: request.formToken, to, failed });
      return showPage(context, request, reply.code(401), { styles: 'people.css', title: 'Sign in', body });
    }
    await enter(context, request, reply, person);
    return reply.redirect(ownPath(to), 303);
  });
}
