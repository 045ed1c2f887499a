import { createHmac } from 'node:crypto';
import { EnvHttpProxyAgent, request } from 'undici';
import { waybillError } from '../../common/errors/catalogue.ts';
import { withoutSecrets } from '../../common/known-secrets.ts';
import { readBeginning } from '../read-body.ts';
import { plainText, retryAfterMsOf } from '../reply-text.ts';
import { withoutAddress } from './without-address.ts';

/** One message to a destination that takes JSON over HTTPS. */
export interface JsonPost {
  /** Kind and name of the destination, for errors. */
  readonly destination: string;
  /** The setting that holds the address, for errors. */
  readonly setting: string;
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs the body, as `Waybill-Signature`: HMAC-SHA256 in hex. */
  readonly secret?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Posts a message, and returns when the destination has taken it. Not safe to repeat where the answer was lost: Slack and
 * Teams know no key that tells a repeat (Qlik Cloud facts, section 4).
 * @throws WAYBILL_ALERT_UNREACHABLE, WAYBILL_ALERT_PUT_OFF (429 and 5xx, both retryable), WAYBILL_ALERT_REFUSED; never
 * with the address in it, which is a secret
 */
export type PostJson = (post: JsonPost) => Promise<void>;

const ANSWER_BYTES = 2_000;
const OK = 200;
const REDIRECT = 300;
const REQUEST_TIMEOUT = 408;
const TOO_EARLY = 425;
const TOO_MANY = 429;
const SERVER_ERROR = 500;
/** Nobody is waited for longer at a time, whatever a header says. */
const LONGEST_WAIT_MS = 3_600_000;

/** Posts over connections that are kept; proxies are taken from the environment. `close` ends them. */
export function createPostJson(): { readonly post: PostJson; close(): Promise<void> } {
  const agent = new EnvHttpProxyAgent();
  return { post: (message) => postJson(agent, message), close: () => agent.close() };
}

async function postJson(dispatcher: EnvHttpProxyAgent, post: JsonPost): Promise<void> {
  const { destination, setting, url, body, headers, secret, timeoutMs, signal } = post;
  const facts = { destination, setting, host: hostOf(url) };
  const signature: Record<string, string> = secret
    ? { 'waybill-signature': createHmac('sha256', secret).update(body).digest('hex') }
    : {};
  const answer = await ask(dispatcher, url, {
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers, ...signature },
    body,
    timeoutMs,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw waybillError('WAYBILL_ALERT_UNREACHABLE', { ...facts, reason: reasonOf(error) });
  });
  const { status, retryAfterMs } = answer;
  if (status >= OK && status < REDIRECT) return;
  const isForNow = [REQUEST_TIMEOUT, TOO_EARLY, TOO_MANY].includes(status) || status >= SERVER_ERROR;
  const told = { ...facts, status, answer: plainText(withoutAddress(url, withoutSecrets(answer.text))) };
  throw waybillError(isForNow ? 'WAYBILL_ALERT_PUT_OFF' : 'WAYBILL_ALERT_REFUSED', told, { retryAfterMs });
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number;
}

async function ask(
  dispatcher: EnvHttpProxyAgent,
  url: string,
  { headers, body, timeoutMs, signal }: Pick<JsonPost, 'headers' | 'body' | 'timeoutMs' | 'signal'>,
): Promise<Answer> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const {
    statusCode,
    headers: got,
    body: answer,
  } = await request(url, {
    method: 'POST',
    headers,
    body,
    dispatcher,
    signal: within,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  if (statusCode >= OK && statusCode < REDIRECT) {
    // It has been taken: what else the answer says, or that it breaks off, must not have it sent again.
    void answer.dump().catch(() => undefined);
    return { status: statusCode, text: '' };
  }
  const askedForMs = retryAfterMsOf(got['retry-after'], Date.now());
  const retryAfterMs = askedForMs ? Math.min(askedForMs, LONGEST_WAIT_MS) : undefined;
  // The status says all there is to know: an answer that breaks off must not have the message posted again.
  const { text } = await readBeginning(answer, ANSWER_BYTES).catch(() => ({ text: '' }));
  return { status: statusCode, text, retryAfterMs };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is none';
}

/** The code of Node or undici; messages may hold the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return 'there was no answer in time';
  const { code } = error as NodeJS.ErrnoException;
  const cause = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return code ?? cause ?? 'the connection broke';
}
