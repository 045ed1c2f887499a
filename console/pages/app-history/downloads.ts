import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';
import type { Backup } from '../../../ledger/backups.ts';
import type { Promotion } from '../../../ledger/promotions.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import type { KeptFiles, OpenFile } from '../../server/kept-files.ts';
import { requireRight, whyNotOperate } from '../../sign-in/rights.ts';

const root = '/apps/files';

/** What was exported for a promotion. */
export function exportHref(promotionKey: string): string {
  return `${root}/${encodeURIComponent(promotionKey)}/export`;
}

/** The version of a promotion in S3. */
export function versionHref(promotionKey: string): string {
  return `${root}/${encodeURIComponent(promotionKey)}/version`;
}

/** What stood at a target before a promotion replaced it. */
export function backupHref({ promotionKey, target, targetAppId }: Backup): string {
  const place = `${encodeURIComponent(target)}/${encodeURIComponent(targetAppId)}`;
  return `${root}/${encodeURIComponent(promotionKey)}/before/${place}`;
}

interface Wanted {
  readonly promotion: Promotion;
  /** For the audit trail: what was taken. */
  readonly what: string;
  /** Behind the app's name in the name of the file. */
  readonly suffix: string;
  readonly open: (files: KeptFiles) => Promise<OpenFile>;
}

type KeyRequest = FastifyRequest<{ Params: { key: string } }>;
type BackupRequest = FastifyRequest<{ Params: { key: string; target: string; appId: string } }>;

/** Downloads of kept files, for operators and administrators; which file it is, the ledger says and not the address. */
export function addDownloads(server: ConsoleServer, context: ConsoleContext): void {
  const { ledger } = context;
  server.get(`${root}/:key/export`, async (request: KeyRequest, reply) => {
    const promotion = await promotionFor(context, request);
    const { sha256 } = (promotion.artifact ?? {}) as { readonly sha256?: string };
    if (sha256 === undefined) throw gone(promotion, 'nothing was exported for this promotion.');
    return send(context, request, reply, {
      promotion,
      what: 'what was exported',
      suffix: '',
      open: (files) => files.artifact(sha256),
    });
  });
  server.get(`${root}/:key/version`, async (request: KeyRequest, reply) => {
    const promotion = await promotionFor(context, request);
    const { key, versionId } = (promotion.version ?? {}) as { readonly key?: string; readonly versionId?: string };
    if (key === undefined || versionId === undefined) throw gone(promotion, 'no version was kept in S3.');
    const what = `version ${versionId} in S3`;
    return send(context, request, reply, {
      promotion,
      what,
      suffix: ' (version)',
      open: (files) => files.version({ key, versionId }),
    });
  });
  server.get(`${root}/:key/before/:target/:appId`, async (request: BackupRequest, reply) => {
    const promotion = await promotionFor(context, request);
    const { target, appId } = request.params;
    const backup = await ledger.getBackup(target, appId, promotion.promotionKey);
    if (!backup) throw gone(promotion, 'what it replaced there was not kept.');
    const what = `what stood at ${target} before`;
    return send(context, request, reply, {
      promotion,
      what,
      suffix: ` (${target}, before)`,
      open: (files) => files.artifact(backup.sha256),
    });
  });
}

async function promotionFor({ ledger }: ConsoleContext, request: KeyRequest): Promise<Promotion> {
  requireRight(whyNotOperate(personIn(request)));
  const { key } = request.params;
  const promotion = await ledger.getPromotion(key);
  if (!promotion) throw waybillError('WAYBILL_CLI_NOT_FOUND', { what: key, hint: '.' });
  return promotion;
}

async function send(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: Wanted,
): Promise<FastifyReply> {
  const { promotion, what, suffix, open } = wanted;
  const { promotionKey, site, appId, appName } = promotion;
  if (!context.files) throw gone(promotion, 'this console was started without the stores of files.');
  const { stream, sizeBytes } = await open(context.files).catch((error: unknown) => {
    if (isWaybillError(error) && !(error as WaybillError).retryable) throw gone(promotion, error.message);
    throw error;
  });
  const { name, account } = personIn(request);
  try {
    await context.ledger.appendAudit({
      kind: 'store',
      type: 'file-downloaded',
      atUtc: new Date().toISOString(),
      by: { account, door: 'console', asserted: false },
      promotionKey,
      site,
      appId,
      facts: { name, what },
    });
  } catch (error) {
    stream.destroy();
    throw error;
  }
  return reply
    .type('application/octet-stream')
    .header('content-length', sizeBytes)
    .header('content-disposition', contentDisposition(`${appName}${suffix}.qvf`))
    .send(stream);
}

function gone({ appName }: Promotion, reason: string): WaybillError {
  return waybillError('WAYBILL_CONSOLE_FILE_GONE', { app: appName, reason });
}
