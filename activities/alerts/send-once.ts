import type { Ledger } from '../../ledger/ledger.ts';

/** Messages of this process that are on their way, or went out and are not noted yet; by what they tell. */
const unnoted = new WeakMap<Ledger, Map<string, Promise<void>>>();

/**
 * Sends something and notes that it was sent. Safe to repeat within this process, whatever becomes of the note: an attempt
 * that comes while another one is at it waits for that, and one that comes after a note that failed only notes. Slack and
 * Teams know no key that tells a repeat, so that only a process that ends in between can send twice.
 * @throws what `send` and `note` throw
 */
export async function sendOnce(
  ledger: Ledger,
  key: string,
  send: () => Promise<void>,
  note: () => Promise<void>,
): Promise<void> {
  const all = unnoted.get(ledger) ?? new Map<string, Promise<void>>();
  unnoted.set(ledger, all);
  let isSent = false;
  for (let former = all.get(key); former !== undefined && !isSent; former = all.get(key)) {
    isSent = await wentWell(former);
    // Why it failed is the matter of the attempt that it was: that may have been cancelled.
    if (!isSent && all.get(key) === former) all.delete(key);
  }
  if (!isSent) {
    const sending = send();
    all.set(key, sending);
    await sending;
  }
  await note();
  all.delete(key);
}

async function wentWell(sending: Promise<void>): Promise<boolean> {
  return sending.then(
    () => true,
    () => false,
  );
}
