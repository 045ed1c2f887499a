import { readFile } from 'node:fs/promises';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { MailUserAttribute, Recipients } from './mail-kinds.ts';
import type { MailContext, MailLogger } from './mail-settings.ts';
import { type Addressed, addressesFor } from './recipients.ts';
import { parseStreamAlertMap, type StreamAlertRow } from '../../common/stream-alert-map.ts';

/** Asks a site for the attributes of an account `DIRECTORY\user`; undefined when the site does not know it. */
export type ResolveOwner = (input: {
  readonly site: string;
  readonly owner: string;
}) => Promise<readonly MailUserAttribute[] | undefined>;

/**
 * The addresses of a request, looked up now. Never a reason not to send: a file that cannot be read or a site that
 * cannot be asked is a warning, and the other sources of an address count. Only when the site may be asked again
 * later, and nothing else knows the owner's own address, its retryable error is thrown: better late than to the
 * fallback list.
 */
export async function lookUpRecipients(
  request: Recipients,
  context: MailContext,
  { logger, resolveOwner }: { logger: MailLogger; resolveOwner?: ResolveOwner },
): Promise<Addressed> {
  if (request.to === 'stream') {
    return addressesFor(request, context, { alertRows: await alertRows(request.site, context, logger) });
  }
  if (request.to !== 'owner' || request.attributes !== undefined || resolveOwner === undefined) {
    return addressesFor(request, context, {});
  }
  try {
    return addressesFor(request, context, { attributes: await resolveOwner(request) });
  } catch (error) {
    const withoutSite = addressesFor(request, context, {});
    if (isOwn(withoutSite)) return withoutSite;
    if (isWaybillError(error) && error.retryable) throw error;
    logger.warn({ err: error, site: request.site, owner: request.owner }, 'the owner of an app could not be looked up');
    return withoutSite;
  }
}

/** The owner's own address comes without a warning; the fallback list with one. */
function isOwn({ addresses, warnings }: Addressed): boolean {
  return addresses.length > 0 && warnings.length === 0;
}

async function alertRows(site: string, context: MailContext, logger: MailLogger): Promise<readonly StreamAlertRow[]> {
  const file = context.sources[site]?.streamAlertMap;
  if (file === undefined) return [];
  try {
    const { rows, problems } = parseStreamAlertMap(await readFile(file, 'utf8'));
    if (problems.length > 0) logger.warn({ file, problems }, 'some rows of streamAlertMap cannot be used');
    return rows;
  } catch (error) {
    logger.warn({ err: error, file }, 'streamAlertMap could not be read; only the alert lists of the streams count');
    return [];
  }
}
