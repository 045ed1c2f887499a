import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { proofOfOrder } from '../../../common/proof.ts';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import { giveOrder, type GivenOrder } from '../../../temporal/give-order.ts';
import { choicesIn } from '../../../views/choices.ts';
import { type Aim, findAim } from '../../../views/find-aim.ts';
import { orderTaken } from '../../../views/order-words.ts';
import type { ResolveAction, ResolveRequest } from '../../../workflows/contract.ts';
import { redirectWith } from '../../html/flash.ts';
import { promotionHref, siteName } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { ownPath } from '../../server/own-path.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { requireRight, whyNotOperate } from '../../sign-in/rights.ts';
import { type FoundPromotion, foundByKey } from './found-by-key.ts';
import { orderBody } from './order-body.ts';

/** How long a worker has for an order, in milliseconds, and again to carry it out. */
const PATIENCE_MS = 15_000;

const action = z.enum(['retry', 'skip', 'abort']);
/** A site's alias, or nothing for the promotion's own step. */
const target = z.string().max(40).optional();
const choice = z.union([z.guid(), z.literal('all')]);

const orderQuery = z.object({ action, target });
const orderForm = z.object({
  action,
  target,
  note: z.string().trim().max(1000).optional(),
  choose: z.union([choice.transform((one) => [one]), z.array(choice)]).optional(),
  back: z.string().optional(),
});

type OrderForm = z.output<typeof orderForm>;

/** Retry, skip and abort: a page that says what is left behind, and the order itself. */
export function addOrderPages(server: ConsoleServer, context: ConsoleContext): void {
  server.get<{ Params: { key: string } }>('/promotions/:key/orders', async (request, reply) => {
    requireRight(whyNotOperate(personIn(request)));
    const { action, target } = readQuery(request, orderQuery);
    const found = await foundByKey(context, request.params.key);
    const aim = await aimOf(context, found, action, target);
    const title = orderTitle(context, found, action, aim);
    const body = orderBody({ context, found, aim, action, token: request.formToken });
    return showPage(context, request, reply, { title, body, current: '/promotions', styles: 'promotions.css' });
  });

  server.post<{ Params: { key: string } }>('/promotions/:key/orders', async (request, reply) => {
    const person = personIn(request);
    requireRight(whyNotOperate(person));
    const form = readForm(request, orderForm);
    const found = await foundByKey(context, request.params.key);
    const aim = await aimOf(context, found, form.action, form.target);
    const given = await give(context, person, found, aim, form);
    const where =
      aim.target === undefined ? found.appName : `${found.appName} to ${siteName(context.config, aim.target)}`;
    const text = `${where}: ${orderTaken(form.action, { ...given, isWaiting: false })}.`;
    const back = form.back === undefined ? promotionHref(found.promotion.promotionKey) : ownPath(form.back);
    return redirectWith(context, reply, back, { tone: 'good', text });
  });
}

/**
 * What the order is for: just what was named, never something else that could be meant.
 * @throws WAYBILL_CLI_NOT_RUNNING, WAYBILL_CLI_USAGE
 */
async function aimOf(
  { ledger }: ConsoleContext,
  found: FoundPromotion,
  action: ResolveAction,
  named: string | undefined,
): Promise<Aim> {
  const target = named || undefined;
  const { promotionKey } = found.promotion;
  const aim = await findAim(ledger, found, action, target).catch((error: unknown) => {
    throw target === undefined && isWhichTarget(error) ? ownStepsDone(action, promotionKey, error) : error;
  });
  if (target === undefined && aim.target !== undefined) throw ownStepsDone(action, promotionKey);
  if (target === undefined && action === 'skip') {
    throw waybillError('WAYBILL_CLI_USAGE', {
      reason: `it is a step of the promotion of "${found.appName}" itself, and only a target can be done without`,
      advice: 'Retry it or abort it.',
    });
  }
  return aim;
}

function isWhichTarget(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'WAYBILL_CLI_WHICH_TARGET';
}

function ownStepsDone(action: ResolveAction, what: string, cause?: unknown): Error {
  const reason = 'its own step is done, and its targets are being delivered to: give the order for one of them';
  return waybillError('WAYBILL_CLI_NOT_RUNNING', { action, reason, what }, { cause });
}

function orderTitle({ config }: ConsoleContext, { appName }: FoundPromotion, action: ResolveAction, aim: Aim): string {
  const verb = { retry: 'Retry', skip: 'Skip', abort: 'Abort' }[action];
  if (aim.target === undefined) return `${verb} the promotion of ${appName}`;
  return `${verb} ${siteName(config, aim.target)} for ${appName}`;
}

async function give(
  context: ConsoleContext,
  person: ConsolePerson,
  { site, appId, promotion }: FoundPromotion,
  aim: Aim,
  { action, note, choose }: OrderForm,
): Promise<GivenOrder> {
  const { config, installationSecret, logger } = context;
  const { promotionKey } = promotion;
  const unknown = (choose ?? []).find((one) => one !== 'all' && !choicesIn(aim.trouble).includes(one));
  if (unknown !== undefined) {
    const reason = 'an app was chosen that is not asked about any more';
    throw waybillError('WAYBILL_CLI_USAGE', { reason, advice: 'Load the page of the promotion again.' });
  }
  const where = aim.target ?? site;
  const { account, groups } = person;
  const asked = { promotionKey, site: where, action, account, note: note || undefined };
  const request: ResolveRequest = {
    action,
    by: {
      account,
      door: 'console',
      asserted: false,
      signed: { proof: proofOfOrder(installationSecret, asked), groups },
    },
    note: asked.note,
    chooseAppIds: choose,
  };
  logger.info({ promotion: promotionKey, site: where, action, account }, 'An order was given on the console');
  const options = { config, timeoutMs: PATIENCE_MS, what: promotionKey, site: where, connected: context.temporal };
  const addressee = { app: { site, appId }, workflowId: aim.workflowId, isWaiting: false, step: aim.step };
  return giveOrder(options, addressee, request);
}
