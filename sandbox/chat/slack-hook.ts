import { createRateWindow } from '../web/rate-window.ts';
import type { WebRequest } from '../web/web-server.ts';
import { type Destination, parseObject, refused, type Verdict } from './messages.ts';
import { blockProblems, countCharacters } from './slack-blocks.ts';
import type { ChatSwitches } from './switches.ts';

/** How a Slack webhook stands: in order, or why it takes nothing any more. */
export type SlackState =
  | 'active'
  | 'no_service'
  | 'action_prohibited'
  | 'channel_not_found'
  | 'channel_is_archived'
  | 'rollup_error';

/** A Slack incoming webhook. */
export interface SlackHook {
  url: string;
  channel: string;
  state: SlackState;
}

const codeOf: Record<Exclude<SlackState, 'active'>, number> = {
  no_service: 404,
  action_prohibited: 403,
  channel_not_found: 404,
  channel_is_archived: 410,
  rollup_error: 500,
};

/** What Slack answers to posts to the hook: `ok`, or one word that says why not. */
export function slackDestination(hook: SlackHook, switches: ChatSwitches): Destination {
  const rate = createRateWindow();
  return {
    service: 'slack',
    channel: hook.channel,
    judge(request) {
      const body = payloadOf(request);
      const refuse = (status: number, word: string, problems: readonly string[] = []): Verdict =>
        refused({ status, text: word }, [word, ...problems], body);
      if (hook.state !== 'active') return refuse(codeOf[hook.state], hook.state);
      const waitSeconds = rate.take(hook.url, switches.slackPerSecond, 1000);
      if (waitSeconds !== undefined) {
        const headers = { 'retry-after': String(waitSeconds) };
        return refused({ status: 429, text: 'rate_limited', headers }, ['rate_limited'], body);
      }
      if (request.method !== 'POST' || body === undefined) return refuse(400, 'invalid_payload');
      const { blocks, text, attachments } = body;
      const hasText = typeof text === 'string' && text !== '';
      if (!hasText && blocks === undefined && attachments === undefined) return refuse(400, 'no_text');
      if (blocks !== undefined) {
        const problems = blockProblems(blocks);
        if (problems.length > 0) return refuse(400, 'invalid_blocks', problems);
        if (countCharacters(blocks) > switches.slackMostCharacters) return refuse(400, 'msg_blocks_too_long');
      }
      return { reply: { status: 200, text: 'ok' }, isShown: true, problems: [], body };
    },
  };
}

/** Slack takes JSON, and a form whose field `payload` is JSON. */
function payloadOf({ headers, rawBody }: WebRequest): Record<string, unknown> | undefined {
  const text = rawBody.toString('utf8');
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return parseObject(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text);
}
