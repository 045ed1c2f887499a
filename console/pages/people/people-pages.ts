import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { addAddPersonPage } from './add-person-page.ts';
import { addPeopleList } from './people-list.ts';
import { addPersonChanges } from './person-changes.ts';
import { addPersonPage } from './person-page.ts';

/** Who may sign in, and what each may do; for administrators. */
export function addPeoplePages(server: ConsoleServer, context: ConsoleContext): void {
  addPeopleList(server, context);
  addAddPersonPage(server, context);
  addPersonPage(server, context);
  addPersonChanges(server, context);
}
