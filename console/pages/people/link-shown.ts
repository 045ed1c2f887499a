import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { moment } from '../../html/time.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { makePasswordLink } from '../../sign-in/links.ts';
import { deedEntry, logDeed } from '../../sign-in/note.ts';
import { personPath } from './person-path.ts';

/**
 * Makes a link with which a person chooses a password and shows it, this once. The answer is the page itself: to come
 * with a redirect, the link would have to stand in a cookie or an address meanwhile.
 */
export async function showNewLink(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, displayName }: ConsolePerson,
): Promise<FastifyReply> {
  const { config, ledger } = context;
  const deed = { what: 'link-made', by: request.person, person: name } as const;
  const entry = deedEntry(request, deed);
  const parts = { settings: config.console, ledger, publicUrl: context.publicUrl(), entry };
  const link = await makePasswordLink(parts, name);
  logDeed(context, request, deed);
  const body = html`<div class="sheet">
    <p>Give this link to ${displayName}, and to nobody else: whoever opens it first chooses the password.</p>
    <label>The link <input readonly value=${link.url} /></label>
    <p>It works once, until ${moment(link.expiresAtUtc)}, and is not shown again. A newer one takes its place.</p>
    <p><a href=${personPath(name)}>Go on to ${displayName}</a></p>
  </div>`;
  return showPage(context, request, reply, {
    styles: 'people.css',
    title: `A link for ${displayName}`,
    body,
    current: '/people',
  });
}
