import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { InboxMessage, Mailbox } from './mailbox.ts';

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  // A mail is shown as it came: it may look like anything, but it may run and load nothing.
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
};
const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b2733}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #d9e0e6}
pre{white-space:pre-wrap;background:#f4f6f8;padding:1rem}iframe{width:100%;height:70vh;border:1px solid #d9e0e6}`;

/**
 * The mailbox as a web page on loopback: `/` the list, `/messages/<number>` one mail, `/messages` all as JSON,
 * `/messages/<number>/html` the mail's own HTML.
 */
export async function startMailPage(mailbox: Mailbox, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => answer(mailbox, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}` };
}

function answer(mailbox: Mailbox, request: IncomingMessage, response: ServerResponse): void {
  const [first, number, part] = (request.url ?? '/').split('?', 1)[0]?.split('/').slice(1) ?? [];
  if (first === '') return send(response, listPage(mailbox.all()));
  if (first === 'messages' && number === undefined) return sendJson(response, mailbox.all());
  const message = mailbox.all().find((candidate) => String(candidate.number) === number);
  if (first !== 'messages' || message === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('no such mail');
    return;
  }
  send(response, part === 'html' ? (message.html ?? `<pre>${escapeHtml(message.text)}</pre>`) : messagePage(message));
}

function send(response: ServerResponse, html: string): void {
  response.writeHead(200, pageHeaders).end(html);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function listPage(messages: readonly InboxMessage[]): string {
  const rows = messages
    .toReversed()
    .map(
      ({ number, atUtc, from, to, subject }) =>
        `<tr><td>${escapeHtml(atUtc)}</td><td>${escapeHtml(from)}</td><td>${escapeHtml(to.join(', '))}</td>` +
        `<td><a href="/messages/${number}">${escapeHtml(subject || '(no subject)')}</a></td></tr>`,
    );
  return page(
    `Mails (${messages.length})`,
    `<table><tr><th>At</th><th>From</th><th>To</th><th>Subject</th></tr>${rows.join('')}</table>`,
  );
}

function messagePage(message: InboxMessage): string {
  const { number, from, to, subject, atUtc, text, html, messageId } = message;
  const body = html === undefined ? '' : `<iframe sandbox src="/messages/${number}/html" title="HTML"></iframe>`;
  return page(
    subject || '(no subject)',
    `<p><a href="/">All mails</a></p><p>${escapeHtml(from)} to ${escapeHtml(to.join(', '))}, ${escapeHtml(atUtc)}<br>` +
      `<small>${escapeHtml(messageId)}</small></p>${body}<pre>${escapeHtml(text)}</pre>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style><h1>${escapeHtml(title)}</h1>${body}</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
