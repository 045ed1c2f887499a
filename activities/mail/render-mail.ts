import { subjectLine } from './clean-text.ts';
import type { MailFacts } from './mail-kinds.ts';
import type { MailContext, MailLogger } from './mail-settings.ts';
import { type MailView, mailView } from './mail-view.ts';
import {
  builtInSet,
  type MailPart,
  readUserSet,
  renderSet,
  type TemplateSet,
  type UserSet,
} from './render-templates.ts';

/** A mail as words, ready to send. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * The mail of these facts, in the configured zone and locale. A file of the same name in `mail.templates` replaces a
 * built-in template; a broken one is reported as a warning and the built-in one is used, so a template never keeps
 * a mail from going out. Safe to repeat.
 */
export async function renderMail(context: MailContext, facts: MailFacts, logger: MailLogger): Promise<RenderedMail> {
  const view = mailView(context, facts);
  const render = (part: MailPart) =>
    renderPart(part, { view, kind: facts.kind, folder: context.mail.templates, logger });
  const [subject, text, html] = await Promise.all([render('subject'), render('text'), render('html')]);
  return { subject: subjectLine(subject), text, html };
}

interface PartInput {
  readonly view: MailView;
  readonly kind: string;
  readonly folder: string | undefined;
  readonly logger: MailLogger;
}

async function renderPart(part: MailPart, { view, kind, folder, logger }: PartInput): Promise<string> {
  const builtIn = builtInSet(kind, part);
  if (folder === undefined) return renderSet(builtIn, part, view);
  const user = await readUserSet(folder, kind, part);
  for (const problem of user.unreadable)
    logger.warn({ problem }, 'a mail template could not be read and is passed over');
  for (const candidate of candidates(builtIn, user)) {
    const rendered = tryRender(candidate, part, view);
    if (rendered.text !== undefined) return rendered.text;
    logger.warn(
      { folder, template: `${kind}.${part}.hbs`, problem: rendered.problem },
      'a mail template is broken; the built-in one is used in its place',
    );
  }
  return renderSet(builtIn, part, view);
}

/** What to try before the built-in templates: all of the user's, then his template in the built-in frame. */
function candidates(builtIn: TemplateSet, { template, pieces }: UserSet): TemplateSet[] {
  const hasPieces = Object.keys(pieces).length > 0;
  const tries: TemplateSet[] = [];
  if (hasPieces) tries.push({ template: template ?? builtIn.template, pieces: { ...builtIn.pieces, ...pieces } });
  if (template !== undefined) tries.push({ template, pieces: builtIn.pieces });
  return tries;
}

function tryRender(set: TemplateSet, part: MailPart, view: MailView): { text?: string; problem?: string } {
  try {
    const text = renderSet(set, part, view);
    return text.trim() === '' ? { problem: 'it renders to nothing' } : { text };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
