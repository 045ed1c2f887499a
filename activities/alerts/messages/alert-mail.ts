import { readFileSync } from 'node:fs';
import path from 'node:path';
import { subjectLine } from '../../mail/clean-text.ts';
import { builtInPieces, type MailPart, renderSet, type TemplateSet } from '../../mail/render-templates.ts';
import type { Alert, AlertTenant, MessageOptions, TemplateSource } from './alert.ts';
import type { AlertView } from './alert-view.ts';
import { basicText } from './basic-text.ts';
import { fillTemplate } from './fill-template.ts';
import { wideRoom } from './room.ts';
import { tenantLinks } from './tenant-links.ts';
import { alertContext, alertView } from './view-of-alert.ts';

/** An alert as a mail, ready to send. */
export interface AlertMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface AlertMailOptions extends MessageOptions {
  /** Undefined: Waybill's own subject, which names the app. */
  readonly subject?: TemplateSource;
}

/**
 * The mail of an alert. A template of the user's makes the HTML; its values are escaped for HTML wherever they stand.
 * The plain text is always Waybill's own. The subject is one line and never empty. Pure; safe to repeat.
 * @throws WAYBILL_ALERT_TEMPLATE when a template of the user's cannot be filled; a caller then asks for the basic style
 * without templates, which throws nothing
 */
export function alertMail(alert: Alert, tenant: AlertTenant, options: AlertMailOptions): AlertMail {
  const context = alertContext(alert, tenant, options, wideRoom);
  const formatted = alertView(alert, tenant, options, wideRoom);
  const { template } = options;
  const view = options.style === 'formatted' ? formatted : basicView(formatted, context, options);
  const words = mailWords(view, alert, tenant);
  return {
    subject: subjectLine(basicText(options.subject, context, formatted.summary)) || formatted.title,
    html:
      options.style === 'formatted' && template !== undefined
        ? fillTemplate(template, context, escapedForHtml)
        : renderSet(builtIn('html'), 'html', words),
    text: renderSet(builtIn('text'), 'text', words),
  };
}

/** A basic mail says the words of its template and what is missing, and has the buttons. */
function basicView(view: AlertView, context: object, options: AlertMailOptions): AlertView {
  const title = basicText(options.basicMsgTemplate, context, view.summary);
  return { title, summary: view.summary, groups: [], entries: [], notes: view.notes, logs: [], buttons: view.buttons };
}

const accents = { failed: '#b42318', digest: '#b42318', recovered: '#1f7a44' } as const;

function mailWords(view: AlertView, alert: Alert, tenant: AlertTenant) {
  return {
    ...view,
    error: view.error ?? null,
    entries: view.entries.map(({ title, url, lines }) => ({ title, url, text: lines.join('\n') })),
    logs: view.logs.map(({ heading, intro, lines }) => ({ heading, intro, text: lines.join('\n') })),
    tenantUrl: tenantLinks(tenant).tenant,
    accent: accents[alert.kind],
  };
}

const folder = path.join(import.meta.dirname, 'templates');
const sets = new Map<MailPart, TemplateSet>();

/** The mail of an alert in the frame and with the pieces of Waybill's other mails. */
function builtIn(part: 'html' | 'text'): TemplateSet {
  const known = sets.get(part);
  if (known !== undefined) return known;
  const pieces = builtInPieces(part);
  const set = {
    template: source(`alert.${part}.hbs`),
    pieces: part === 'html' ? { ...pieces, layout: source('layout.html.hbs') } : pieces,
  };
  sets.set(part, set);
  return set;
}

function source(fileName: string): string {
  return readFileSync(path.join(folder, fileName), 'utf8').replaceAll('\r\n', '\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapedForHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
