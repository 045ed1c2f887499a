import { z } from 'zod';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import { badge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { table } from '../../html/table.ts';
import { ago } from '../../html/time.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { signsInHere, type SignInSettings } from '../../sign-in/administrators.ts';
import { requireRight, rolesText, whyNotAdminister } from '../../sign-in/rights.ts';
import { personPath } from './person-path.ts';

const MOST_ROWS = 100;

const listQuery = z.object({ text: z.string().max(200).default('') });

/** The list of everybody. */
export function addPeopleList(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/people', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const { text } = readQuery(request, listQuery);
    const found = (await context.ledger.listPeople()).filter((person) => fits(person, text));
    const body = html`
      ${search(text)}
      ${peopleTable(context.config.console, found.slice(0, MOST_ROWS), text)}
      ${found.length > MOST_ROWS && html`<p class="quiet">${found.length - MOST_ROWS} more; search for a name.</p>`}
    `;
    return showPage(context, request, reply, { styles: 'people.css', title: 'People', body, current: '/people' });
  });
}

function fits({ name, displayName, account, groups, roles }: ConsolePerson, text: string): boolean {
  const searched = [name, displayName, account, rolesText(roles), ...groups].join('\n').toLowerCase();
  return searched.includes(text.trim().toLowerCase());
}

function search(text: string): Html {
  return html`<div class="actions spread">
    <form method="get" action="/people" class="filters" role="search">
      <label>Name, account, role or group <input name="text" type="search" value=${text} /></label>
      <button>Search</button>
    </form>
    <a class="button main" href="/people/add">Add somebody</a>
  </div>`;
}

function peopleTable(settings: SignInSettings, people: readonly ConsolePerson[], text: string): Html {
  return table({
    caption: 'People who may sign in',
    rows: people,
    empty: text === '' ? 'Nobody is here yet.' : `Nobody is found by "${text}".`,
    columns: [
      { head: 'Who', cell: (person) => html`<a href=${personPath(person.name)}>${person.displayName}</a>` },
      { head: 'Name', cell: ({ name }) => name },
      { head: 'Account', cell: ({ account }) => account },
      { head: 'May', cell: ({ roles }) => rolesText(roles) },
      { head: 'Signs in', cell: (person) => stateOf(settings, person) },
      {
        head: 'Last here',
        cell: ({ signedInAtUtc }) => (signedInAtUtc === undefined ? 'never' : ago(signedInAtUtc)),
      },
    ],
  });
}

/** How somebody signs in, or why he cannot. */
export function stateOf(settings: SignInSettings, person: ConsolePerson): Html {
  if (person.disabledAtUtc !== undefined) return badge('disabled', 'bad');
  if (!signsInHere(settings, person)) return badge('not any more: switched off in the settings', 'warn');
  if (person.kind === 'oidc') return html`<span>with ${settings.oidc?.label}</span>`;
  return person.passwordHash === undefined ? badge('no password yet', 'warn') : html`<span>with a password</span>`;
}
