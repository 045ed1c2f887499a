import { z } from 'zod';
import { themes } from '../html/theme.ts';
import type { ConsoleContext, ConsoleServer } from '../server/context.ts';
import { ownPath } from '../server/own-path.ts';
import { readForm } from '../server/read-form.ts';

const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60;

const choiceForm = z.object({ theme: z.enum(themes), to: z.string().optional() });

/** Keeps the chosen appearance in a cookie of this browser. */
export function addThemeChoice(server: ConsoleServer, { cookies, isSecure }: ConsoleContext): void {
  server.post('/theme', { config: { open: true } }, (request, reply) => {
    const { theme, to } = readForm(request, choiceForm);
    reply.setCookie(cookies.theme, theme, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: isSecure,
      maxAge: ONE_YEAR_SECONDS,
    });
    return reply.redirect(ownPath(to), 303);
  });
}
