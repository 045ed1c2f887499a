import { type ErrorCode, waybillError } from '../../common/errors/catalogue.ts';
import type { WaybillError } from '../../common/errors/waybill-error.ts';
import { withoutSecrets } from '../../common/known-secrets.ts';
import { mostReplyCharacters, plainText, retryAfterMsOf } from '../reply-text.ts';
import { type CallPlace, type CloudCall, tenantSetting } from './cloud-call.ts';

export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A reply with a status that is not a success. */
export interface FailedReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** Its body, or the beginning of it. */
  readonly text: string;
}

/** Nobody is waited for longer than this at a time, whatever a header says. */
const longestWaitMs = 3_600_000;

/** The error that a reply means (Qlik Cloud facts, section 2). `login` is the setting with the credentials of the call. Pure. */
export function replyFailure(
  reply: FailedReply,
  call: CloudCall,
  place: CallPlace & { readonly login: string },
  nowMs = Date.now(),
): WaybillError {
  const { tenant, host, login } = place;
  const facts = { tenant, host, doing: call.doing, status: reply.status, setting: login, reply: replyText(reply.text) };
  if (reply.status < 400) {
    const setting = tenantSetting(tenant, 'url');
    return waybillError('WAYBILL_CLOUD_ANSWER', { ...facts, setting, reason: redirectReason(reply) });
  }
  const waitMs = retryAfterMsOf(reply.headers['retry-after'], nowMs);
  const retryAfterMs = waitMs === undefined ? undefined : Math.min(waitMs, longestWaitMs);
  return waybillError(codeOf(reply.status, call), facts, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** What the tenant says went wrong, in one line of at most 300 characters. */
export function replyText(text: string): string {
  const said = errorWords(text) ?? text;
  return withoutSecrets(plainText(said));
}

function codeOf(status: number, call: CloudCall): ErrorCode {
  if (status === 401 || (call.isLogin && [400, 403].includes(status))) return 'WAYBILL_CLOUD_LOGIN';
  if (status === 403) return 'WAYBILL_CLOUD_FORBIDDEN';
  if (status === 404 || status === 410)
    return call.isOfSomethingNew ? 'WAYBILL_CLOUD_NOT_YET' : 'WAYBILL_CLOUD_NOT_FOUND';
  if (status === 429) return 'WAYBILL_CLOUD_RATE_LIMITED';
  if (status === 408 || status === 425 || status >= 500) return 'WAYBILL_CLOUD_SERVER';
  return 'WAYBILL_CLOUD_REFUSED';
}

/** The words in `{"errors":[{code, title, detail}]}`, or in OAuth's `{"error", "error_description"}`. */
function errorWords(text: string): string | undefined {
  try {
    const parsed = JSON.parse(text) as Record<string, unknown> | null;
    const [first] = (Array.isArray(parsed?.errors) ? parsed.errors : []) as (Record<string, unknown> | null)[];
    const words = first ? [first.title, first.detail] : [parsed?.error, parsed?.error_description];
    const said = words.filter((word) => typeof word === 'string' && word !== '');
    return said.length === 0 ? undefined : said.join(' ');
  } catch {
    return undefined;
  }
}

function redirectReason({ status, headers }: FailedReply): string {
  const location = headers.location;
  const target = typeof location === 'string' ? location.replace(/[?#].*$/, '') : undefined;
  if (!target) return `status ${status} was not expected`;
  return `it sends Waybill on to ${target.slice(0, mostReplyCharacters)} (status ${status})`;
}
