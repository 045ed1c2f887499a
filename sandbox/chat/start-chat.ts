import { randomBytes } from 'node:crypto';
import { createFaultBoard, type FaultBoard, type FaultEffect, type FaultRule } from '../qrs/faults.ts';
import { KeptList } from '../web/kept-list.ts';
import { startWebServer, type WebReply, type WebRequest, type WebRequestEntry } from '../web/web-server.ts';
import type { ChatMessage, Destination } from './messages.ts';
import { type SlackHook, slackDestination } from './slack-hook.ts';
import { type ChatSwitches, defaultChatSwitches } from './switches.ts';
import { type TeamsFlow, teamsDestination } from './teams-flow.ts';
import { type ReceiverOptions, receiverDestination, type WebhookReceiver } from './webhook-receiver.ts';

export type { ChatMessage } from './messages.ts';

/** What a fault does; `reply-lost` is a message that is shown although its sender cannot know. */
export type ChatFaultEffect = Exclude<FaultEffect, { type: 'not-done' | 'restart' }>;

export interface ChatFaultBoard extends Omit<FaultBoard, 'add' | 'strike'> {
  add(rule: Omit<FaultRule, 'effect'> & { effect: ChatFaultEffect }): string;
}

export interface ChatOptions {
  /** Loopback port; default any free one. */
  port?: number;
  /** With a certificate for localhost and 127.0.0.1; default plain http. */
  https?: boolean;
  /** For `chat.jsonl`, `requests.jsonl` and the certificate; without, all is in memory. */
  folder?: string;
  switches?: Partial<ChatSwitches>;
}

/** Slack, Teams and receivers of webhooks behind one port. */
export interface Chat {
  url: string;
  port: number;
  /** Certificate authority to trust; empty without https. */
  caPem: string;
  /** Change them while it runs. */
  switches: ChatSwitches;
  faults: ChatFaultBoard;
  /** Each has a URL of its own, which is its secret. Change `state` to take it out of service. */
  createSlackHook(channel: string): SlackHook;
  createTeamsFlow(channel: string): TeamsFlow;
  createReceiver(name: string, options?: ReceiverOptions): WebhookReceiver;
  /** What people see, oldest first: of one channel or of all. */
  messages(channel?: string): readonly ChatMessage[];
  /** All calls that came to a URL given out here, also refused ones, oldest first. */
  received(): readonly ChatMessage[];
  /** The first message that people see, also of those already here, that the predicate accepts. */
  waitFor(predicate: (message: ChatMessage) => boolean, timeoutMs?: number): Promise<ChatMessage>;
  /** The same of all calls. */
  waitForCall(predicate: (call: ChatMessage) => boolean, timeoutMs?: number): Promise<ChatMessage>;
  requests(): readonly WebRequestEntry[];
  /** Forgets messages and calls; URLs stay. */
  clear(): void;
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  close(): Promise<void>;
}

/** Starts stand-ins for the chat services on loopback, with their limits, their answers and their silence. */
export async function startChat(options: ChatOptions = {}): Promise<Chat> {
  const { port, https, folder } = options;
  const switches = { ...defaultChatSwitches, ...options.switches };
  const destinations = new Map<string, Destination>();
  const calls = new KeptList<ChatMessage>('message', folder && `${folder}/chat.jsonl`);
  const faults = createFaultBoard();
  const handle = (request: WebRequest): WebReply => take(destinations, calls, request);
  const server = await startWebServer({ port, https, folder, faults, handle });
  const give = <T extends { url: string }>(made: T, toDestination: (made: T) => Destination): T => {
    destinations.set(new URL(made.url).pathname, toDestination(made));
    return made;
  };
  return {
    url: server.url,
    port: server.port,
    caPem: server.caPem,
    switches,
    faults,
    createSlackHook(channel) {
      const url = `${server.url}/services/T${code(4)}/B${code(4)}/${code(12)}`;
      return give<SlackHook>({ url, channel, state: 'active' }, (hook) => slackDestination(hook, switches));
    },
    createTeamsFlow(channel) {
      const path = `/workflows/${code(16).toLowerCase()}/triggers/manual/paths/invoke`;
      const url = `${server.url}${path}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${code(20)}`;
      return give<TeamsFlow>({ url, channel, state: 'on' }, (flow) => teamsDestination(flow, switches));
    },
    createReceiver(name, receiver = {}) {
      const url = `${server.url}/hooks/${encodeURIComponent(name)}`;
      return give<WebhookReceiver>({ ...receiver, url, channel: name }, receiverDestination);
    },
    messages: (channel) =>
      calls.all().filter((call) => call.isShown && (channel === undefined || call.channel === channel)),
    received: () => calls.all(),
    waitFor: (predicate, timeoutMs) => calls.waitFor((call) => call.isShown && predicate(call), timeoutMs),
    waitForCall: (predicate, timeoutMs) => calls.waitFor(predicate, timeoutMs),
    requests: () => server.requests.all(),
    clear: () => calls.clear(),
    goDown: () => server.goDown(),
    comeUp: () => server.comeUp(),
    close: () => server.close(),
  };
}

function take(
  destinations: ReadonlyMap<string, Destination>,
  calls: KeptList<ChatMessage>,
  request: WebRequest,
): WebReply {
  const destination = destinations.get(new URL(request.url, 'http://loopback').pathname);
  // Slack's word for a URL that was never given out, or not to the end.
  if (destination === undefined) return { status: 404, text: 'no_service' };
  const { service, channel } = destination;
  const { reply, isShown, problems, body } = destination.judge(request);
  calls.add({
    atUtc: new Date().toISOString(),
    service,
    channel,
    status: reply.status,
    isShown,
    problems,
    body,
    raw: request.rawBody.toString('utf8'),
    sizeBytes: request.rawBody.length,
    headers: request.headers,
  });
  return { ...reply, route: service, by: channel };
}

function code(bytes: number): string {
  return randomBytes(bytes).toString('hex').toUpperCase();
}
