import { waybillError } from '../common/errors/catalogue.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';
import type { SetupClient } from '../activities/qrs/client/setup-client.ts';
import { lookAgain, type Pace } from './look-again.ts';

/** A site that is set up, and what is said of it in errors. */
export interface SourceSite {
  readonly client: SetupClient;
  readonly pace: Pace;
  /** File of the record, for error texts. */
  readonly record: string;
  /** Whether the site may have carried out a write that is not known to be done. */
  readonly write: { isOpen: boolean };
}

/** How often a change is computed anew when somebody else was faster. */
const conflictTries = 5;

/** How an entity is read, changed and written. */
export interface EntityChange<T> {
  /** As in `disabled the security rule OwnerUpdateApp`. */
  readonly what: string;
  readonly read: () => Promise<T | undefined>;
  /** The entity as it should be; undefined when it is so already. May throw where it must not be changed any more. */
  readonly change: (entity: T) => T | undefined;
  readonly put: (entity: T) => Promise<unknown>;
}

/**
 * Changes an entity, and sees that it is changed; a lost reply is settled by reading. Safe to repeat.
 * @returns the entity as it stands then; undefined when it is not there
 * @throws WAYBILL_SETUP_NOT_DONE when the site shows it as it was
 */
export async function changeEntity<T>(
  site: SourceSite,
  { what, read, change, put }: EntityChange<T>,
): Promise<T | undefined> {
  let isAnswered = false;
  for (let attempt = 1; ; attempt += 1) {
    const entity = await read();
    if (entity === undefined) return undefined;
    const changed = change(entity);
    if (changed === undefined) return entity;
    if (isAnswered) throw notDone(site, what);
    try {
      await sent(site, async () => put(changed));
      isAnswered = true;
    } catch (error) {
      if (codeOf(error) === 'WAYBILL_QRS_CONFLICT' && attempt < conflictTries) continue;
      if (!mayHaveTakenEffect(error)) throw error;
      const standing = await read();
      if (standing === undefined || change(standing) !== undefined) throw error;
      return standing;
    }
  }
}

/** How something is found and made. */
export interface Creation<T> {
  /** As in `made the tag PromoteOnReload`. */
  readonly what: string;
  /** As in `the tag PromoteOnReload`. */
  readonly thing: string;
  readonly find: () => Promise<T | undefined>;
  readonly create: () => Promise<unknown>;
}

/**
 * Makes something, and sees that it is there; a lost reply is settled by looking for it. A repeat makes nothing: what is
 * there already, after a plan that missed it, is somebody else's.
 * @throws WAYBILL_SETUP_NOT_DONE when the site does not show it, WAYBILL_SETUP_CHANGED_MEANWHILE
 */
export async function createOnce<T>(site: SourceSite, { what, thing, find, create }: Creation<T>): Promise<T> {
  if ((await find()) !== undefined) throw changedMeanwhile(site, thing);
  try {
    await sent(site, create);
  } catch (error) {
    const found = mayHaveTakenEffect(error) ? await lookAgain(site.pace, find) : await find();
    if (found === undefined) throw error;
    return found;
  }
  const made = await lookAgain(site.pace, find);
  if (made === undefined) throw notDone(site, what);
  return made;
}

/** Removes something, and sees that it is gone; a lost reply is settled by looking. Safe to repeat. @throws WAYBILL_SETUP_NOT_DONE */
export async function removeOnce(
  site: SourceSite,
  { what, find, remove }: { what: string; find: () => Promise<unknown>; remove: () => Promise<void> },
): Promise<void> {
  const isGone = async (): Promise<true | undefined> => ((await find()) === undefined ? true : undefined);
  if (await isGone()) return;
  try {
    await remove();
  } catch (error) {
    if (mayHaveTakenEffect(error) && (await lookAgain(site.pace, isGone))) return;
    throw error;
  }
  if (!(await lookAgain(site.pace, isGone))) throw notDone(site, what);
}

/** A write; until it is refused for sure, its outcome is open. */
async function sent(site: SourceSite, write: () => Promise<unknown>): Promise<void> {
  site.write.isOpen = true;
  try {
    await write();
  } catch (error) {
    site.write.isOpen = mayHaveTakenEffect(error);
    throw error;
  }
}

/** Whether a write that failed may have been carried out all the same. */
function mayHaveTakenEffect(error: unknown): boolean {
  return isWaybillError(error) && error.facts['mayHaveTakenEffect'] === true;
}

function notDone({ client, record }: SourceSite, what: string) {
  return waybillError('WAYBILL_SETUP_NOT_DONE', { site: client.site, what, record });
}

export function changedMeanwhile({ client, record }: SourceSite, what: string) {
  return waybillError('WAYBILL_SETUP_CHANGED_MEANWHILE', { site: client.site, what, record });
}

function codeOf(error: unknown): string | undefined {
  return isWaybillError(error) ? error.code : undefined;
}
