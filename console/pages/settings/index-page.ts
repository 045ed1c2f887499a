import { whyNotWritable } from '../../../config/edit/save-file.ts';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { requireRight, whyNotAdminister } from '../../sign-in/rights.ts';
import { addressOf, settingsGroups } from '../../settings/groups.ts';
import { writtenSettings } from '../../settings/written-settings.ts';
import { liveProcesses, PROCESS_LIVES_MS } from '../events.ts';
import { processList } from './process-list.ts';

/** All groups of settings, and what each process has taken over. */
export function addSettingsIndex(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/settings', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const live = await liveProcesses(context);
    const written = await writtenSettings(context);
    const processes = await context.ledger.runningProcesses(PROCESS_LIVES_MS);
    const whyNot = await whyNotWritable(written.file);
    const body = html`
      ${
        whyNot !== undefined &&
        html`<div class="notice warn">
          The console cannot write <code>${written.file}</code>: ${whyNot}. Changes can be made ready here, and put into the file by
          hand.
        </div>`
      }
      <h2>What the processes run with</h2>
      ${processList(processes, written)}
      <h2>What can be set</h2>
      ${groupList()}
      <p class="actions"><a class="button" href="/settings/versions">Versions</a></p>
      <p class="quiet">The settings stand in <code>${written.file}</code>. They can be changed there as well.</p>
    `;
    return showPage(context, request, reply, {
      title: 'Settings',
      body,
      current: '/settings',
      live,
      styles: 'settings.css',
    });
  });
}

function groupList(): Html {
  return html`<ul class="groups">
    ${settingsGroups().map(
      ({ path, title, help }) =>
        html`<li class="sheet">
          <a href=${`/settings/edit?at=${encodeURIComponent(addressOf(path))}`}>${title}</a> <span class="quiet">${help}</span>
        </li>`,
    )}
  </ul>`;
}
