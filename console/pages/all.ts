import type { ConsoleContext, ConsoleServer } from '../server/context.ts';
import { addAccountPage } from './account/account-page.ts';
import { addChoosePasswordPage } from './choose-password/choose-password-page.ts';
import { addInboxPage } from './inbox/inbox-page.ts';
import { addPeoplePages } from './people/people-pages.ts';
import { addSetUpPage } from './set-up/set-up-page.ts';
import { addSignInPage } from './sign-in/sign-in-page.ts';
import { addThemeChoice } from './theme-choice.ts';

/** All pages. */
export function addPages(server: ConsoleServer, context: ConsoleContext): void {
  addSignInPage(server, context);
  addSetUpPage(server, context);
  addChoosePasswordPage(server, context);
  addAccountPage(server, context);
  addPeoplePages(server, context);
  addThemeChoice(server, context);
  addInboxPage(server, context);
}
