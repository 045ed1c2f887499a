import { createRateWindow } from '../web/rate-window.ts';
import type { Reply } from '../qrs/http-call.ts';
import { type Destination, parseObject, refused } from './messages.ts';
import type { ChatSwitches } from './switches.ts';
import { cardProblems } from './teams-card.ts';

/** How a flow stands. `failing` accepts everything and posts nothing, as when its owner has left. */
export type TeamsState = 'on' | 'off' | 'deleted' | 'failing';

/** A Teams flow "When a Teams webhook request is received". */
export interface TeamsFlow {
  url: string;
  channel: string;
  state: TeamsState;
}

/** 28 KB. */
export const mostTeamsBytes = 28 * 1024;

/**
 * The size that Teams counts for a request. No page says how. A request of 24,453 bytes was counted as 28,897, so a
 * message is larger to Teams than on the wire: it carries the card as a string within JSON, where quotation marks and
 * backslashes take two bytes. That, and at least the proportion of that one report, is what counts here.
 */
export function countTeamsBytes(raw: string): number {
  const asString = Buffer.byteLength(JSON.stringify(raw));
  return Math.max(asString, Math.ceil((Buffer.byteLength(raw) * 28_897) / 24_453));
}

/** What a flow answers: 202 without a body for what it takes, also when it cannot post it afterwards. */
export function teamsDestination(flow: TeamsFlow, switches: ChatSwitches): Destination {
  const rate = createRateWindow();
  const signature = new URL(flow.url).searchParams.get('sig');
  return {
    service: 'teams',
    channel: flow.channel,
    judge(request) {
      const raw = request.rawBody.toString('utf8');
      const body = parseObject(raw);
      const refuse = (reply: Reply, problem: string) => refused(reply, [problem], body);
      if (flow.state === 'deleted') return refuse(error(404, 'WorkflowNotFound'), 'the flow is deleted');
      if (request.query.get('sig') !== signature) return refuse(error(401, 'AuthorizationFailed'), 'sig is wrong');
      if (flow.state === 'off') return refuse(error(400, 'WorkflowTriggerIsNotEnabled'), 'the flow is off');
      const waitSeconds = rate.take(flow.url, switches.teamsPerSecond, 1000);
      if (waitSeconds !== undefined) {
        const headers = { 'retry-after': String(waitSeconds) };
        return refuse({ ...error(429, 'TooManyRequests'), headers }, 'too many requests');
      }
      const countedBytes = countTeamsBytes(raw);
      const tooLarge =
        countedBytes > mostTeamsBytes ? [`counted as ${countedBytes} bytes; at most ${mostTeamsBytes}`] : [];
      if (tooLarge[0] && switches.teamsTooLarge === 'refused') {
        return refuse(error(413, 'RequestEntityTooLarge'), tooLarge[0]);
      }
      if (body === undefined) return refuse(error(400, 'InvalidRequestContent'), 'the body is no JSON object');
      const isFailing = flow.state === 'failing' ? ['the flow fails'] : [];
      const problems = [...tooLarge, ...cardProblems(body), ...isFailing];
      return { reply: { status: 202 }, isShown: problems.length === 0, problems, body };
    },
  };
}

function error(status: number, code: string): Reply {
  return { status, json: { error: { code, message: `The request was not accepted: ${code}.` } } };
}
