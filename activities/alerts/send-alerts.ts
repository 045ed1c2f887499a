import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { AlertSendKey } from '../../ledger/alert-sends.ts';
import type { AlertItem } from '../../workflows/contract.ts';
import type { SendAlertsInput } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { alertOf } from './alert-of.ts';
import { type Destination, destinationOf, findDestination, settingOf } from './destinations.ts';
import { deliverAlert } from './deliver-alert.ts';
import { sendOnce } from './send-once.ts';

/** Errors that a message in its basic form may not have. */
const REFUSED: ReadonlySet<string> = new Set(['WAYBILL_ALERT_REFUSED', 'WAYBILL_MAIL_REJECTED']);
/** Errors of what the user wrote: without it there is none of them. */
const UNUSABLE: ReadonlySet<string> = new Set([
  'WAYBILL_ALERT_TEMPLATE',
  'WAYBILL_ALERT_TEMPLATE_JSON',
  'WAYBILL_ALERT_TEMPLATE_REFUSED',
  'WAYBILL_ALERT_TEMPLATE_FILE',
]);

/**
 * Sends one alert, or several as a digest and the recoveries after it; where the formatted message is refused, the basic
 * one. Safe to repeat: what the ledger knows as sent, and what this process knows to have sent, is not sent again. What
 * remains possible is the same message twice, where the answer of the destination or the worker was lost.
 * @throws WAYBILL_ALERT_UNREACHABLE, _PUT_OFF, _BROKER, WAYBILL_MAIL_TEMPORARY (retryable); _REFUSED, _NO_DESTINATION
 */
export async function sendAlerts(deps: AlertDependencies, input: SendAlertsInput): Promise<{ quietMs: number }> {
  const destination = destinationOf(deps.config(), input.destination);
  const messages = messagesOf(await unsent(deps, input));
  if (messages.length === 0) return { quietMs: 0 };
  for (const items of messages) {
    const alert = await alertOf(deps, input.tenant, items);
    await sendOnce(
      deps.ledger,
      JSON.stringify(items.map((item) => keyOf(input, item))),
      async () => {
        if (alert !== undefined) await trySending(deps, { ...input, items }, destination, alert);
      },
      async () => {
        for (const item of items) await deps.ledger.noteAlert(keyOf(input, item), 'sent');
      },
    );
  }
  // The end of a failure is no reason to be quiet about the next one.
  const hasFailure = messages.some((items) => items.some(({ kind }) => kind !== 'recovered'));
  return { quietMs: hasFailure ? destination.settings.rateLimitMs : 0 };
}

type Unsent = AlertItem & { readonly appId: string };

/**
 * One message of all failures, and one of each app that reloads again after them. That an app had recovered before it
 * failed again is nobody's news any more.
 */
function messagesOf(items: readonly Unsent[]): AlertItem[][] {
  const apps = [...Map.groupBy(items, ({ appId }) => appId).values()];
  const recoveries = apps
    .filter((ofApp) => ofApp.at(-1)?.kind === 'recovered')
    .map((ofApp) => ofApp.filter(({ kind }) => kind === 'recovered'));
  const over = new Set(recoveries.flat());
  const failures = items.filter((item) => !over.has(item));
  return [failures, ...recoveries]
    .filter((ofMessage) => ofMessage.length > 0)
    .map((ofMessage) => ofMessage.map(({ kind, reloadId }) => ({ kind, reloadId })));
}

type Sent = NonNullable<Awaited<ReturnType<typeof alertOf>>>;

async function trySending(
  deps: AlertDependencies,
  input: SendAlertsInput,
  destination: Destination,
  alert: Sent,
): Promise<void> {
  try {
    await inEitherForm(deps, input, destination, alert);
  } catch (error) {
    const reason = isWaybillError(error) ? error.message : 'an unexpected error';
    for (const item of input.items) await deps.ledger.noteAlert(keyOf(input, item), 'waiting', reason);
    throw error;
  }
}

async function inEitherForm(
  deps: AlertDependencies,
  input: SendAlertsInput,
  destination: Destination,
  alert: Sent,
): Promise<void> {
  const { settings } = destination;
  // Programs get data, which has one form.
  if (!('message' in settings)) return deliverAlert(deps, { input, destination, alert, style: 'formatted' });
  try {
    await deliverAlert(deps, { input, destination, alert, style: settings.message });
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const isPlain = settings.message === 'basic' && settings.basicText === undefined;
    if (!UNUSABLE.has(error.code) && (isPlain || !REFUSED.has(error.code))) throw error;
    const { id } = destination;
    deps.logger.warn(
      { destination: id, code: error.code, reason: error.message },
      'an alert goes out in its basic form',
    );
    await deliverAlert(deps, { input, destination, alert, style: 'basic', isFallback: true });
  }
}

/** Notes that alerts wait for the digest. Safe to repeat. */
export async function holdAlerts({ ledger }: AlertDependencies, input: SendAlertsInput): Promise<void> {
  for (const item of input.items) await ledger.noteAlert(keyOf(input, item), 'held');
}

/**
 * Notes that alerts could not be sent, and tells the operators, once a day for each destination; not of one that is
 * configured no more. Safe to repeat; a sent one stays sent.
 */
export async function giveUpAlerts(
  deps: AlertDependencies,
  { why, ...input }: SendAlertsInput & { readonly why?: string | undefined },
): Promise<void> {
  const { ledger, logger } = deps;
  const { tenant, destination, items } = input;
  let reason = '';
  for (const item of items) {
    const key = keyOf(input, item);
    reason = why ?? (await ledger.getAlert(key))?.lastError ?? 'There was no answer in time.';
    await ledger.noteAlert(key, 'given-up', reason);
    const facts = { tenant, destination, kind: item.kind, reload: item.reloadId, reason };
    logger.error(facts, 'an alert could not be sent and is given up');
  }
  const found = findDestination(deps.config(), destination);
  if (!found) return;
  const about = { tenant, destination, reason, setting: settingOf(found) };
  const { code, message: cause, remedy } = waybillError('WAYBILL_ALERT_GIVEN_UP', about);
  await deps.tellOperators(`given-up.${tenant}.${destination}`, { tenant, code, cause, remedy, isGivenUp: true });
}

async function unsent({ ledger }: AlertDependencies, input: SendAlertsInput): Promise<Unsent[]> {
  const found = await Promise.all(
    input.items.map(async (item) => ({ item, known: await ledger.getAlert(keyOf(input, item)) })),
  );
  return found.flatMap(({ item, known }) => (known?.state === 'sent' ? [] : [{ ...item, appId: known?.appId ?? '' }]));
}

function keyOf({ tenant, destination, recipient }: SendAlertsInput, { kind, reloadId }: AlertItem): AlertSendKey {
  return { tenant, reloadId, kind, destination, recipient };
}
