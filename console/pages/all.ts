import type { ConsoleContext, ConsoleServer } from '../server/context.ts';
import { addAccountPage } from './account/account-page.ts';
import { addAlertsPage } from './alerts/alerts-page.ts';
import { addAppHistoryPages } from './app-history/app-history-pages.ts';
import { addAppPages } from './apps/app-pages.ts';
import { addAuditPage } from './audit/audit-page.ts';
import { addChoosePasswordPage } from './choose-password/choose-password-page.ts';
import { addEvents } from './events.ts';
import { addInboxPage } from './inbox/inbox-page.ts';
import { addOverviewPage } from './overview/overview-page.ts';
import { addPausePage } from './pause/pause-page.ts';
import { addPeoplePages } from './people/people-pages.ts';
import { addPromotionList } from './promotions/list-page.ts';
import { addOrderPages } from './promotions/order-pages.ts';
import { addPromotionPage } from './promotions/promotion-page.ts';
import { addSetUpPage } from './set-up/set-up-page.ts';
import { addSettingsPages } from './settings/settings-pages.ts';
import { addSignInPage } from './sign-in/sign-in-page.ts';
import { addSitesPage } from './sites/sites-page.ts';
import { addThemeChoice } from './theme-choice.ts';

/** All pages. */
export function addPages(server: ConsoleServer, context: ConsoleContext): void {
  addSignInPage(server, context);
  addSetUpPage(server, context);
  addChoosePasswordPage(server, context);
  addAccountPage(server, context);
  addPeoplePages(server, context);
  addThemeChoice(server, context);
  addEvents(server, context);
  addInboxPage(server, context);
  addAppHistoryPages(server, context);
  addAppPages(server, context);
  addPromotionList(server, context);
  addPromotionPage(server, context);
  addOrderPages(server, context);
  addOverviewPage(server, context);
  addPausePage(server, context);
  addSitesPage(server, context);
  addAlertsPage(server, context);
  addAuditPage(server, context);
  addSettingsPages(server, context);
}
