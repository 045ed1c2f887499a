import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { AlertSendKey } from '../../ledger/alert-sends.ts';
import type { AlertItem } from '../../workflows/contract.ts';
import type { SendAlertsInput } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { alertOf } from './alert-of.ts';
import { type Destination, destinationOf } from './destinations.ts';
import { deliverAlert } from './deliver-alert.ts';
import { sendOnce } from './send-once.ts';

/** Errors that a message in its basic form may not have. */
const REFUSED: ReadonlySet<string> = new Set([
  'WAYBILL_ALERT_REFUSED',
  'WAYBILL_ALERT_TEMPLATE',
  'WAYBILL_ALERT_TEMPLATE_JSON',
  'WAYBILL_ALERT_TEMPLATE_REFUSED',
  'WAYBILL_ALERT_TEMPLATE_FILE',
]);

/**
 * Sends one alert, or several as a digest; where the formatted message is refused, the basic one. Safe to repeat: what
 * the ledger knows as sent, and what this process knows to have sent, is not sent again. What remains possible is the same
 * message twice, where the answer of the destination or the worker was lost.
 * @throws WAYBILL_ALERT_UNREACHABLE, _PUT_OFF, _BROKER, WAYBILL_MAIL_TEMPORARY (retryable); _REFUSED, _NO_DESTINATION
 */
export async function sendAlerts(deps: AlertDependencies, input: SendAlertsInput): Promise<{ quietMs: number }> {
  const destination = destinationOf(deps.config(), input.destination);
  const items = await unsent(deps, input);
  if (items.length === 0) return { quietMs: 0 };
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
  return { quietMs: destination.settings.rateLimitMs };
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
  const wanted = 'message' in destination.settings ? destination.settings.message : 'formatted';
  try {
    await deliverAlert(deps, { input, destination, alert, style: wanted });
  } catch (error) {
    if (wanted === 'basic' || !isWaybillError(error) || !REFUSED.has(error.code)) throw error;
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

/** Notes that alerts could not be sent. Safe to repeat; a sent one stays sent. */
export async function giveUpAlerts(
  { ledger, logger }: AlertDependencies,
  { why, ...input }: SendAlertsInput & { readonly why: string },
): Promise<void> {
  const { tenant, destination } = input;
  logger.error({ tenant, destination, alerts: input.items.length, why }, 'alerts could not be sent and are given up');
  for (const item of input.items) await ledger.noteAlert(keyOf(input, item), 'given-up', why);
}

async function unsent({ ledger }: AlertDependencies, input: SendAlertsInput): Promise<AlertItem[]> {
  const found = await Promise.all(
    input.items.map(async (item) => ({ item, known: await ledger.getAlert(keyOf(input, item)) })),
  );
  return found.flatMap(({ item, known }) => (known?.state === 'sent' ? [] : [item]));
}

function keyOf({ tenant, destination, recipient }: SendAlertsInput, { kind, reloadId }: AlertItem): AlertSendKey {
  return { tenant, reloadId, kind, destination, recipient };
}
