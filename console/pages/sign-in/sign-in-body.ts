import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { contactOf } from '../../sign-in/contact.ts';

interface SignInParts {
  readonly token: string;
  /** Where to go on. */
  readonly to: string | undefined;
  readonly failed?: { readonly name: string; readonly why: string };
  /** Why the identity provider cannot be used now. */
  readonly providerTrouble?: string;
}

/** What the sign-in page shows: the identity provider first, then name and password, as far as there is each. */
export function signInBody(context: ConsoleContext, parts: SignInParts): Html {
  const { localSignIn, oidc } = context.config.console;
  // At the address that the provider sends people back to: a cookie that is set elsewhere would not be there then.
  const href = `${context.publicUrl()}/sign-in/oidc${parts.to ? `?to=${encodeURIComponent(parts.to)}` : ''}`;
  return html`<div class="narrow">
    ${parts.failed && html`<div class="notice bad" role="alert">${parts.failed.why}</div>`}
    ${parts.providerTrouble && html`<div class="notice warn">${parts.providerTrouble} It is asked again each time.</div>`}
    ${oidc && html`<p><a class=${localSignIn ? 'button' : 'button main'} href=${href}>Sign in with ${oidc.label}</a></p>`}
    ${oidc && localSignIn && html`<h2>With a password of Waybill</h2>`} ${localSignIn && passwordForm(parts)}
    <p class="quiet">You cannot get in? Ask ${contactOf(context.config.console)}.</p>
  </div>`;
}

function passwordForm({ token, to, failed }: SignInParts): Html {
  return form({
    action: '/sign-in',
    token,
    children: html`
      <input type="hidden" name="to" value=${to} />
      <label>Name <input name="name" autocomplete="username" autocapitalize="none" required value=${failed?.name} /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      <button class="main">Sign in</button>
    `,
  });
}
