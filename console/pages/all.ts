import type { ConsoleContext, ConsoleServer } from '../server/context.ts';
import { addInboxPage } from './inbox/inbox-page.ts';
import { addSignInPage } from './sign-in/sign-in-page.ts';
import { addThemeChoice } from './theme-choice.ts';

/** All pages. */
export function addPages(server: ConsoleServer, context: ConsoleContext): void {
  addSignInPage(server, context);
  addThemeChoice(server, context);
  addInboxPage(server, context);
}
