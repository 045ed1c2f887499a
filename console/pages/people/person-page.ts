import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import type { LedgerStore } from '../../../ledger/ledger.ts';
import { button, form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { ago, moment } from '../../html/time.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { requireRight, rolesText, type WhyNot, whyNotAdminister } from '../../sign-in/rights.ts';
import { stateOf } from './people-list.ts';
import { type FieldValues, personFieldset } from './person-fields.ts';

const personQuery = z.object({ name: z.string().max(200) });

/** One person: what there is to know, and what an administrator can change. */
export function addPersonPage(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/people/person', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const person = await requirePerson(context.ledger, readQuery(request, personQuery).name);
    const body = personBody(context, request.formToken, person);
    return showPage(context, request, reply, {
      styles: 'people.css',
      title: person.displayName,
      body,
      current: '/people',
    });
  });
}

/** @throws WAYBILL_CONSOLE_NO_PERSON */
export async function requirePerson(store: LedgerStore, name: string): Promise<ConsolePerson> {
  const person = await store.findPerson(name);
  if (!person) throw waybillError('WAYBILL_CONSOLE_NO_PERSON', { name });
  return person;
}

/** The page of a person; with what was typed and what is wrong with it, where it was not taken. */
export function personBody(
  context: ConsoleContext,
  token: string,
  person: ConsolePerson,
  failed?: { readonly values: FieldValues; readonly wrong: string },
): Html {
  return html`${facts(context, person)}
    <section>
      <h2>What ${person.displayName} may do</h2>
      ${
        person.kind === 'oidc'
          ? html`<p>${person.displayName} is ${rolesText(person.roles)}. ${whyNotChange(person)}</p>`
          : form({
              action: '/people/change',
              token,
              class: 'narrow',
              children: html`
                ${failed && html`<div class="notice bad" role="alert">${failed.wrong}</div>`}
                <input type="hidden" name="name" value=${person.name} />
                ${personFieldset(context.config, failed?.values ?? person)}
                <button class="main">Save</button>
              `,
            })
      }
    </section>
    ${actions(token, person)}`;
}

/** Why an administrator cannot change here what somebody may do; `undefined` where he can. */
export function whyNotChange({ kind }: ConsolePerson): WhyNot {
  return kind === 'oidc'
    ? 'Account and roles come from the identity provider at each sign-in, by the groups of console.oidc.roles.'
    : undefined;
}

function facts({ config }: ConsoleContext, person: ConsolePerson): Html {
  const { name, account, groups, createdAtUtc, signedInAtUtc, disabledAtUtc } = person;
  return html`<div class="sheet">
    <dl>
      <dt>Name</dt>
      <dd>${name}</dd>
      <dt>Account</dt>
      <dd>${account}</dd>
      <dt>Signs in</dt>
      <dd>${stateOf(config.console, person)}${disabledAtUtc && html`, since ${moment(disabledAtUtc)}`}</dd>
      <dt>Last here</dt>
      <dd>${signedInAtUtc === undefined ? 'never' : ago(signedInAtUtc)}</dd>
      <dt>Known since</dt>
      <dd>${moment(createdAtUtc)}</dd>
      ${groups.length > 0 && html`<dt>Groups</dt><dd>${groups.join(', ')}</dd>`}
    </dl>
  </div>`;
}

function actions(
  token: string,
  { name, kind, displayName, passwordHash, disabledAtUtc, subject }: ConsolePerson,
): Html {
  const isDisabled = disabledAtUtc !== undefined;
  const notWhileDisabled: WhyNot = isDisabled ? `${displayName} is disabled.` : undefined;
  const act = (action: string, what: string, control: Html): Html =>
    form({
      action,
      token,
      children: html`<input type="hidden" name="name" value=${name} />
        <p>${what}</p>
        ${control}`,
    });
  return html`<section class="sheet">
    <h2>Sign-in of ${displayName}</h2>
    ${
      kind === 'local' &&
      act(
        '/people/link',
        passwordHash === undefined
          ? 'No password was chosen yet. A new link ends the one before.'
          : 'For a password that was forgotten: a link to choose a new one. The present one works until then.',
        button({ label: 'Make a link to choose a password', whyNot: notWhileDisabled }),
      )
    }
    ${act(
      '/people/end-sessions',
      'Ends every session: the next page that is opened asks to sign in.',
      button({ label: 'End all sessions', whyNot: notWhileDisabled }),
    )}
    ${
      kind === 'oidc' &&
      act(
        '/people/forget-identity',
        'For an account that was made anew at the identity provider: whoever signs in there next under this name is the person.',
        button({
          label: 'Let the name be taken over',
          whyNot: subject === undefined ? 'Whoever comes next under this name takes it over.' : undefined,
        }),
      )
    }
    ${
      isDisabled
        ? act(
            '/people/enable',
            'Lets the person sign in again, with the roles from before.',
            button({ label: 'Enable' }),
          )
        : act(
            '/people/disable',
            'Shuts the person out at once. What was done stays in the records; nobody is deleted.',
            button({ label: 'Disable', class: 'danger' }),
          )
    }
  </section>`;
}
