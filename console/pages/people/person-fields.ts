import type { Config } from '../../../config/types.ts';
import type { ConsoleRoles } from '../../../ledger/console-people.ts';
import { type Html, html } from '../../html/html.ts';

/** What the fields of a person hold at first. */
export interface FieldValues {
  readonly displayName: string;
  readonly account: string;
  readonly roles: ConsoleRoles;
  readonly groups: readonly string[];
}

export const emptyFields: FieldValues = {
  displayName: '',
  account: '',
  roles: { admin: false, operator: false, approves: [] },
  groups: [],
};

/** The fields for what others see of a person, and what the person may do. */
export function personFieldset({ sources }: Config, values: FieldValues): Html {
  const known = [...new Set(Object.values(sources).flatMap(({ streams }) => Object.keys(streams)))];
  return html`<label>What people call them <input name="displayName" required value=${values.displayName} /></label>
    <label>
      Account in Qlik Sense
      <input name="account" autocapitalize="none" required value=${values.account} />
      <span class="quiet">As in COMPANY\\anna. Decisions are recorded under it.</span>
    </label>
    ${rolesFieldset(values.roles, known)}
    <label>
      Groups, one a line
      <textarea name="groups" rows="3">${values.groups.join('\n')}</textarea>
      <span class="quiet">As the settings name them under approvers of a stream.</span>
    </label>`;
}

function rolesFieldset({ admin, operator, approves }: ConsoleRoles, known: readonly string[]): Html {
  const chosen = approves === 'every' ? 'every' : approves.length > 0 ? 'some' : 'none';
  const choice = (value: string, text: string): Html =>
    html`<label><input type="radio" name="approves" value=${value} checked=${chosen === value} /> ${text}</label>`;
  return html`<fieldset>
      <legend>Besides looking, they may</legend>
      <label><input type="checkbox" name="operator" value="yes" checked=${operator} /> retry, skip, abort, pause and resume (operator)</label>
      <label><input type="checkbox" name="admin" value="yes" checked=${admin} /> change settings and people (administrator)</label>
    </fieldset>
    <fieldset>
      <legend>They approve and deny</legend>
      ${choice('none', 'nothing')} ${choice('some', 'apps of these streams:')}
      <label>
        <span class="hidden">Streams, one a line</span>
        <textarea name="streams" rows="3">
${approves === 'every' ? '' : approves.join('\n')}</textarea
        >
        <span class="quiet">
          One a line.${known.length > 0 ? ` The settings know ${known.join(', ')}.` : ''}
        </span>
      </label>
      ${choice('every', 'apps of every stream')}
    </fieldset>`;
}
