import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { table } from '../../html/table.ts';
import { ago } from '../../html/time.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { readOverview } from '../../../views/overview.ts';

const MOST_ROWS = 50;

/** The first page: what waits for a decision, and what is stuck. */
export function addInboxPage(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/', async (request, reply) => {
    const { waiting } = await readOverview(context.ledger, { parts: ['waiting'], limit: MOST_ROWS });
    const body = html`<section>
      <h2>Waits for a decision</h2>
      ${table({
        caption: 'Apps that wait for a decision',
        rows: waiting ?? [],
        empty: 'Nothing waits for a decision.',
        columns: [
          { head: 'App', cell: ({ appName }) => appName },
          { head: 'Stream', cell: ({ stream }) => stream ?? '' },
          { head: 'From', cell: ({ site }) => site },
          { head: 'Owner', cell: ({ owner }) => owner },
          { head: 'Since', cell: ({ waitingSinceUtc }) => ago(waitingSinceUtc) },
        ],
      })}
    </section>`;
    return showPage(context, request, reply, { title: 'Inbox', body, current: '/' });
  });
}
