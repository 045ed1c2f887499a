import { asyncLocalStorage, type Context } from '@temporalio/activity';

/**
 * Who has got the mail in an earlier attempt of the running activity: when the server took a mail for some recipients
 * and put others off (a greylist does), the next attempt is for the others only. Empty outside an activity.
 */
export function deliveredBefore(): readonly string[] {
  const details: unknown = inActivity()?.info.heartbeatDetails;
  return Array.isArray(details) ? details.filter((one) => typeof one === 'string') : [];
}

/** Tells the next attempt who has got the mail. Does nothing outside an activity. */
export function rememberDelivered(addresses: readonly string[]): void {
  inActivity()?.heartbeat(addresses);
}

/** Aborted when the running activity is cancelled; undefined outside an activity. */
export function cancelSignal(): AbortSignal | undefined {
  return inActivity()?.cancellationSignal;
}

function inActivity(): Context | undefined {
  return asyncLocalStorage.getStore();
}
