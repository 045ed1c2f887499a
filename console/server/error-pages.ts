import type { FastifyReply, FastifyRequest } from 'fastify';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { html } from '../html/html.ts';
import { showPage } from '../html/show-page.ts';
import type { ConsoleContext, ConsoleServer } from './context.ts';
import { whatToDo } from './what-to-do.ts';

interface Trouble {
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly remedy?: string;
  readonly code?: string;
  /** After how long it may work, in milliseconds. */
  readonly retryAfterMs?: number;
}

const statuses: Readonly<Record<string, number>> = {
  WAYBILL_CONSOLE_FORBIDDEN: 403,
  WAYBILL_CONSOLE_FILE_GONE: 404,
  WAYBILL_CONSOLE_FORM_REFUSED: 400,
  WAYBILL_CONSOLE_TOO_MANY_TRIES: 429,
  WAYBILL_CONSOLE_LINK_USED_UP: 410,
  WAYBILL_CONSOLE_HAS_ADMINISTRATOR: 409,
  WAYBILL_CONSOLE_NO_PERSON: 404,
  WAYBILL_CONSOLE_LAST_ADMINISTRATOR: 409,
  WAYBILL_CONSOLE_SIGN_IN_FAILED: 403,
  WAYBILL_CONSOLE_NO_ROLE: 403,
  WAYBILL_CONSOLE_SHUT_OUT: 403,
  WAYBILL_CONSOLE_NAME_TAKEN: 403,
  WAYBILL_CONSOLE_CLAIM_UNUSABLE: 403,
  WAYBILL_CLI_NOT_FOUND: 404,
  WAYBILL_CLI_NOTHING_WAITS: 409,
  WAYBILL_CLI_NOT_RUNNING: 409,
  WAYBILL_CLI_WHICH_TARGET: 409,
  WAYBILL_CLI_NO_ANSWER: 504,
  WAYBILL_CLI_USAGE: 400,
  WAYBILL_SETTINGS_CHANGED_MEANWHILE: 409,
  WAYBILL_SETTINGS_NOT_WRITABLE: 409,
  WAYBILL_SETTINGS_SECRET_NOT_KEPT: 409,
  WAYBILL_SETTINGS_NO_FILE: 409,
  WAYBILL_SETTINGS_NO_SUCH: 404,
  WAYBILL_SETTINGS_NO_VERSION: 404,
  WAYBILL_CONFIG_UNKNOWN_SITE: 404,
  WAYBILL_SITE_PAUSED_WITH_ALL: 409,
  WAYBILL_DECISION_NOT_ALLOWED: 403,
  WAYBILL_DECISION_NOT_POSSIBLE: 409,
  WAYBILL_DECISION_REFUSED: 409,
};

const titles: Readonly<Record<number, string>> = { 403: 'Not allowed', 404: 'Not found', 429: 'Too many tries' };

/** Pages for what went wrong: what happened, and what to do. */
export function addErrorPages(server: ConsoleServer, context: ConsoleContext): void {
  server.setNotFoundHandler((request, reply) =>
    show(context, request, reply, {
      status: 404,
      title: 'Nothing is here',
      message: `There is no page ${request.url.split('?')[0]}.`,
    }),
  );
  server.setErrorHandler((error: Error, request, reply) => {
    const trouble = troubleOf(error);
    // What stands behind the ? may be a one-time link.
    const [path] = request.url.split('?');
    if (trouble.status >= 500) context.logger.error({ err: error, url: path }, 'A page could not be made');
    return show(context, request, reply, trouble);
  });
}

/** The status of a page that tells this error. */
export function statusOf({ code, retryable }: WaybillError): number {
  return statuses[code] ?? (retryable ? 503 : 500);
}

function troubleOf(error: Error): Trouble {
  if (isWaybillError(error)) {
    const { code, message, retryAfterMs } = error;
    const status = statusOf(error);
    return {
      status,
      title: titles[status] ?? 'That did not work',
      message,
      remedy: whatToDo(error),
      code,
      retryAfterMs,
    };
  }
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (code?.startsWith('FST_CSRF')) {
    const message = 'The form was not accepted: it does not come from a page that this console made for you.';
    return { status: 403, title: 'Not accepted', message, remedy: 'Load the page again and send the form once more.' };
  }
  if (statusCode === 413) return { status: 413, title: 'Too large', message: 'What was sent is too large.' };
  if (statusCode === 429) return { status: 429, title: 'Too many tries', message: error.message };
  if (statusCode !== undefined && statusCode < 500)
    return { status: statusCode, title: 'Not understood', message: 'What was sent cannot be read.' };
  const message = 'An error that nobody was ready for. It is in the log of the console.';
  return { status: 500, title: 'Something broke', message };
}

function show(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  trouble: Trouble,
): Promise<FastifyReply> | FastifyReply {
  const { status, title, message, remedy, code, retryAfterMs } = trouble;
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  if (!request.headers.accept?.includes('text/html')) return reply.code(status).send({ error: message, code });
  const body = html`
    <div class="notice bad">
      <p>${message}</p>
      ${remedy && html`<p>${remedy}</p>`} ${code && html`<p class="quiet"><code>${code}</code></p>`}
    </div>
    <p>${request.person ? html`<a href="/">Go to the inbox</a>` : html`<a href="/sign-in">Go to the sign-in page</a>`}</p>
  `;
  return showPage(context, request, reply.code(status), { title, body });
}
