import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { sourceOf } from '../../../config/lookup.ts';
import type { Awaiting } from '../../../ledger/awaiting.ts';
import type { DecisionOfRecord } from '../../../views/recorded-shapes.ts';
import { readPaused } from '../../../views/paused.ts';
import { sameName } from '../../../views/plain.ts';
import { whoDecides } from '../../../views/who-decides.ts';
import { redirectWith } from '../../html/flash.ts';
import { appHref, promotionHref } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { statusOf } from '../../server/error-pages.ts';
import { whatToDo } from '../../server/what-to-do.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { whyNotDecide } from '../../sign-in/may-decide.ts';
import { requireRight } from '../../sign-in/rights.ts';
import { decideBody } from './decide-body.ts';
import { decidedAlready, sentBefore } from './decided-already.ts';
import {
  type ChoiceProblem,
  type Choices,
  choicesLike,
  decisionForm,
  problemsOf,
  type SentDecision,
} from './decision-form.ts';
import { createStreamLook, type KnownStreams, type StreamLook } from './known-streams.ts';
import { previewBody, type PreviewParts } from './preview-body.ts';
import { recordDecision } from './record-decision.ts';

type AppRequest = FastifyRequest<{ Params: { site: string; appId: string } }>;

const decideQuery = z.object({ like: z.string().max(80).optional() });

/** Promotions that are looked through for streams and for the last one of an app's name. */
const LOOKED_THROUGH = 100;

interface Room {
  readonly context: ConsoleContext;
  readonly lookForStreams: StreamLook;
}

/** An app, and the decision about it: choose, see what would happen, decide. Only the last of it changes anything. */
export function addAppPages(server: ConsoleServer, context: ConsoleContext): void {
  const room: Room = { context, lookForStreams: createStreamLook(context) };
  server.get('/apps/:site/:appId', async (request: AppRequest, reply) => {
    const { site, appId } = request.params;
    const waits = await context.ledger.getAwaiting(site, appId);
    if (waits) return reply.redirect(`${appHref(site, appId)}/decide`);
    const [latest] = await context.ledger.listPromotions({ site, appId, limit: 1 });
    return latest ? reply.redirect(promotionHref(latest.promotionKey)) : decidedAlready(context, request, reply);
  });
  server.get('/apps/:site/:appId/decide', async (request: AppRequest, reply) => {
    const app = await waitingApp(room, request);
    if (!app) return decidedAlready(context, request, reply);
    return showChoices(room, request, reply, app, { like: readQuery(request, decideQuery).like });
  });
  server.post('/apps/:site/:appId/preview', (request: AppRequest, reply) => preview(room, request, reply));
  server.post('/apps/:site/:appId/change', async (request: AppRequest, reply) => {
    const app = await waitingApp(room, request);
    if (!app) return decidedAlready(context, request, reply);
    const sent = readForm(request, decisionForm(sourceOf(context.config, app.site)));
    return showChoices(room, request, reply, app, { choices: sent });
  });
  server.post('/apps/:site/:appId/decide', (request: AppRequest, reply) => decide(room, request, reply));
}

function waitingApp({ context }: Room, { params: { site, appId } }: AppRequest): Promise<Awaiting | undefined> {
  return context.ledger.getAwaiting(site, appId);
}

interface Chosen {
  readonly choices?: Choices;
  readonly problems?: readonly ChoiceProblem[];
  /** The promotion whose choices are wanted again. */
  readonly like?: string | undefined;
}

async function showChoices(
  room: Room,
  request: AppRequest,
  reply: FastifyReply,
  app: Awaiting,
  { choices, problems = [], like }: Chosen,
): Promise<FastifyReply> {
  const { config, ledger } = room.context;
  const source = sourceOf(config, app.site);
  const [people, promotions] = await Promise.all([ledger.listPeople(), promotionsOf(room, app.site)]);
  const approvals = promotions.filter(({ verdict }) => verdict === 'approve');
  const model = like === undefined ? undefined : promotions.find(({ promotionKey }) => promotionKey === like);
  const body = decideBody({
    config,
    app,
    who: whoDecides(config, app, people),
    whyNot: whyNotDecide(config, personIn(request), app),
    streams: await streamsOf(room, app, promotions),
    choices: choices ?? choicesLike(model?.decision.targets ?? [], source),
    problems,
    before: approvals.find(({ appName }) => sameName(appName, app.appName)),
    token: request.formToken,
  });
  return showPage(room.context, request, reply, { title: app.appName, body, current: '/', styles: 'promotions.css' });
}

async function preview(room: Room, request: AppRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { context } = room;
  const app = await waitingApp(room, request);
  if (!app) return decidedAlready(context, request, reply);
  requireRight(whyNotDecide(context.config, personIn(request), app));
  const sent = readForm(request, decisionForm(sourceOf(context.config, app.site)));
  const problems = problemsOf(sent);
  if (problems.length > 0) return showChoices(room, request, reply.code(422), app, { choices: sent, problems });
  return showPreview(room, request, reply, app, sent, { decisionId: randomUUID(), failure: undefined });
}

async function showPreview(
  room: Room,
  request: AppRequest,
  reply: FastifyReply,
  app: Awaiting,
  sent: SentDecision,
  more: Pick<PreviewParts, 'decisionId' | 'failure'>,
): Promise<FastifyReply> {
  const { context } = room;
  const body = previewBody({
    ...more,
    config: context.config,
    app,
    sent,
    account: personIn(request).account,
    paused: await readPaused(context.ledger),
    streams: await streamsOf(room, app, []),
    token: request.formToken,
  });
  const title = `${sent.verdict === 'approve' ? 'Approve' : 'Deny'} ${app.appName}?`;
  return showPage(context, request, reply, { title, body, current: '/', styles: 'promotions.css' });
}

async function decide(room: Room, request: AppRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { context } = room;
  const { site, appId } = request.params;
  const sent = readForm(request, decisionForm(sourceOf(context.config, site)));
  const decisionId = sent.decisionId ?? randomUUID();
  const before = await sentBefore(context, { site, appId }, decisionId);
  if (before) return reply.redirect(promotionHref(before), 303);
  const app = await waitingApp(room, request);
  if (!app) return decidedAlready(context, request, reply);
  const person = personIn(request);
  requireRight(whyNotDecide(context.config, person, app));
  const problems = problemsOf(sent);
  if (problems.length > 0) return showChoices(room, request, reply.code(422), app, { choices: sent, problems });
  try {
    const { promotionKey } = await recordDecision(context, person, app, { ...sent, decisionId });
    const text = `${app.appName} is ${sent.verdict === 'approve' ? 'approved' : 'denied'}. This page shows how it goes on.`;
    return await redirectWith(context, reply, promotionHref(promotionKey), { tone: 'good', text });
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const failure = { message: error.message, remedy: whatToDo(error) };
    return showPreview(room, request, reply.code(statusOf(error)), app, sent, { decisionId, failure });
  }
}

function promotionsOf({ context: { ledger } }: Room, site: string) {
  return ledger.listPromotions<DecisionOfRecord>({ site, limit: LOOKED_THROUGH });
}

async function streamsOf(
  { context: { config }, lookForStreams }: Room,
  { site }: Awaiting,
  promotions: Awaited<ReturnType<typeof promotionsOf>>,
): Promise<Record<string, KnownStreams>> {
  const looks = sourceOf(config, site).targets.map(
    async (target): Promise<[string, KnownStreams]> => [target, await lookForStreams(target, promotions)],
  );
  return Object.fromEntries(await Promise.all(looks));
}
