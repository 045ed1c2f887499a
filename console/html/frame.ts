import type { ConsolePerson } from '../../ledger/console-people.ts';
import { EVERY_SITE, type Pause } from '../../ledger/pauses.ts';
import { navigation } from '../pages/navigation.ts';
import { assetUrl } from '../server/assets.ts';
import { rolesText } from '../sign-in/rights.ts';
import type { Flash } from './flash.ts';
import { form } from './form.ts';
import { type Html, html } from './html.ts';
import type { Page } from './show-page.ts';
import { type Theme, themes } from './theme.ts';
import { ago } from './time.ts';

export interface Frame extends Page {
  readonly person: ConsolePerson | undefined;
  readonly formToken: string;
  readonly theme: Theme;
  readonly flash: Flash | undefined;
  readonly paused: readonly Pause[];
  /** The page itself, to come back to. */
  readonly path: string;
}

/** What stands around every page. */
export function frame(page: Frame): Html {
  const { title, body, theme, flash, paused, live, styles } = page;
  return html`<html lang="en" data-theme=${theme}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content=${theme === 'auto' ? 'light dark' : theme} />
      <title>${title} · Waybill</title>
      <link rel="icon" href=${assetUrl('icon.svg')} />
      <link rel="stylesheet" href=${assetUrl('console.css')} />
      <link rel="stylesheet" href=${assetUrl('tables-and-forms.css')} />
      ${styles && html`<link rel="stylesheet" href=${assetUrl(styles)} />`}
      <script type="module" src=${assetUrl('page.js')} data-morph=${assetUrl('idiomorph.js')} id="page-script"></script>
    </head>
    <body>
      <a class="skip" href="#main">Skip to the content</a>
      ${top(page)}
      <main id="main" tabindex="-1" data-live=${live}>
        ${paused.map(pauseBanner)}
        ${flash && html`<div class=${`notice ${flash.tone}`} role="status">${flash.text}</div>`}
        <h1>${title}</h1>
        ${body}
      </main>
    </body>
  </html>`;
}

function top({ person, current, formToken, theme, path }: Frame): Html {
  return html`<header class="top">
    <a class="brand" href="/"><img src=${assetUrl('icon.svg')} alt="" width="22" height="22" /> Waybill</a>
    ${
      person &&
      html`<nav aria-label="Pages">
      <ul>
        ${navigation(person).map(
          ({ href, label }) =>
            html`<li><a href=${href} aria-current=${current === href ? 'page' : undefined}>${label}</a></li>`,
        )}
      </ul>
    </nav>`
    }
    <details class="menu">
      <summary>${person ? person.displayName : 'Appearance'}</summary>
      <div>
        ${person && html`<p><strong>${person.account}</strong><br /><span class="quiet">${rolesText(person.roles)}</span></p>`}
        ${form({
          action: '/theme',
          token: formToken,
          children: html`<input type="hidden" name="to" value=${path} />
            <fieldset>
              <legend>Appearance</legend>
              ${themes.map(
                (one) =>
                  html`<button name="theme" value=${one} aria-pressed=${one === theme ? 'true' : 'false'}>${one}</button>`,
              )}
            </fieldset>`,
        })}
        ${person && html`<p><a href="/account">My account</a></p>`}
        ${person && form({ action: '/sign-out', token: formToken, children: html`<button>Sign out</button>` })}
      </div>
    </details>
  </header>`;
}

function pauseBanner({ site, why, by, sinceUtc }: Pause): Html {
  const what = site === EVERY_SITE ? 'Every site is paused' : `${site} is paused`;
  return html`<div class="notice warn">
    <strong>${what}</strong>, by ${by.account} ${ago(sinceUtc)}: ${why}. Nothing is begun there; what runs is finished.
  </div>`;
}
