import { LEAST_CHARACTERS, whyNotThisPassword } from '../sign-in/password.ts';
import { type Html, html } from './html.ts';

/** Two fields for a new password, and what it has to be. */
export function newPasswordFields(): Html {
  return html`<label>
      New password
      <input
        name="password"
        type="password"
        autocomplete="new-password"
        minlength=${LEAST_CHARACTERS}
        required
      />
      <span class="quiet">
        At least ${LEAST_CHARACTERS} characters. A few words in a row are easy to remember and hard to guess.
      </span>
    </label>
    <label>The same again <input name="again" type="password" autocomplete="new-password" required /></label>`;
}

/** What is wrong with a password that was typed twice; `undefined` where nothing is. */
export function whyNotBoth(password: string, again: string, name: string): string | undefined {
  return password === again ? whyNotThisPassword(password, name) : 'The two passwords are not the same.';
}
