import { Readable } from 'node:stream';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { type QrsCall, timing } from './call.ts';
import { guid } from './filter.ts';
import type { QrsHttp, Transfer } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';
import type { QrsApp, QrsExport } from './types.ts';
import { findUploadHost, uploadFailure } from './upload-host.ts';
import { watchDownload, watchUpload } from './watch-transfer.ts';

export interface ExportOptions extends CallOptions {
  /** Leaves the data out. Default false. */
  readonly skipData?: boolean;
  /** Which objects are carried. Default `approved`. */
  readonly exportScope?: 'approved' | 'published' | 'all';
}

export interface TransferOptions extends CallOptions {
  /** Called for every piece with the bytes so far; it must be quick. */
  readonly onProgress?: (transferredBytes: number) => void;
}

export interface DownloadOptions extends TransferOptions {
  /**
   * The blocks of the stream are shared memory that is used again: whoever reads on is done with all but the last
   * `HELD_BLOCKS` of them. Default false: each block is its own.
   */
  readonly blocksInTurn?: boolean;
  /** How long the file is expected to be, roughly; from `LARGE_FILE_BYTES` on it has a connection of its own. Default 0. */
  readonly expectedBytes?: number | undefined;
}

/** The handshake of another connection costs as much as is saved on this many bytes, several times over. */
export const LARGE_FILE_BYTES = 16 * 1024 * 1024;

export interface AppUpload {
  readonly name: string;
  /** The bytes of the app file, once. Consumed, and destroyed when the upload fails. */
  readonly body: Readable | AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  /** Default true. */
  readonly keepData?: boolean;
  /** Leaves out the data connections in the file. Default false. */
  readonly excludeConnections?: boolean;
}

export interface Download {
  /** The bytes. It fails with WAYBILL_QRS_TRUNCATED, WAYBILL_QRS_STALLED or the signal's reason; its pace holds the site back. */
  readonly stream: Readable;
  /** As announced; undefined when the site does not say. */
  readonly sizeBytes: number | undefined;
}

/** Moving app files. Codes as with AppReads, and those named. */
export interface TransferCalls {
  /**
   * Has the site write an export and returns when it is done; `token` is a fresh GUID of the caller. A repeat with another token
   * makes another export: cancel the former one first. Timeout `timeouts.export`.
   */
  startExport(appId: string, token: string, options?: ExportOptions): Promise<QrsExport>;
  /** Ends an export; `unknown` when the site knows of none with this token. Safe to repeat. Timeout `timeouts.write`. */
  cancelExport(appId: string, token: string, options?: CallOptions): Promise<'cancelled' | 'unknown'>;
  /**
   * The file of an export, as a stream that has to be read or destroyed. A site gives it once only (QRS facts, section 2): after a
   * failure export again. Sends the request key in query and header; sites take it with or without.
   * @throws WAYBILL_QRS_STALLED after `timeouts.stall` without a byte (also in the stream); WAYBILL_QRS_VALUE for an odd path
   */
  download(downloadPath: string, options?: DownloadOptions): Promise<Download>;
  /**
   * A new unpublished app of the API user, out of an app file. Not safe to repeat: look for the name first. A failure of `body`
   * itself is thrown as it is. The hosts are asked a small question first, so that one that is down, or a user without entry,
   * costs no transfer, and a central node is found. Answer within `timeouts.uploadBase` and `timeouts.uploadRate` after the last byte.
   * @throws WAYBILL_QRS_STALLED, WAYBILL_QRS_UPLOAD_SOURCE when the body is not `sizeBytes` long, WAYBILL_QRS_NOT_CENTRAL
   */
  uploadApp(upload: AppUpload, options?: TransferOptions): Promise<QrsApp>;
}

/** The transfers over a sender. */
export function createTransferCalls(http: QrsHttp): TransferCalls {
  return {
    async startExport(appId, token, options) {
      const query = { skipdata: options?.skipData ?? false, exportscope: options?.exportScope ?? 'approved' };
      const doing = `export the app ${appId}`;
      const times = timing(http.timeouts, 'export', options);
      return http.json<QrsExport>({ method: 'POST', path: exportPath(appId, token), query, doing, ...times });
    },

    async cancelExport(appId, token, options) {
      const doing = `cancel an export of the app ${appId}`;
      const times = timing(http.timeouts, 'write', options);
      try {
        await http.json({ method: 'DELETE', path: exportPath(appId, token), doing, ...times });
        return 'cancelled';
      } catch (error) {
        if (['WAYBILL_QRS_NOT_FOUND', 'WAYBILL_QRS_REFUSED'].includes(String((error as { code?: unknown }).code)))
          return 'unknown';
        throw error;
      }
    },

    async download(downloadPath, options) {
      const times = timing(http.timeouts, 'read', options);
      const call: QrsCall = { method: 'GET', path: safePath(downloadPath), doing: 'download an export', ...times };
      const reply = await http.ask(call, {
        download: {
          inTurn: options?.blocksInTurn ?? false,
          isLarge: (options?.expectedBytes ?? 0) >= LARGE_FILE_BYTES,
        },
        watch: (exchange, place) => {
          exchange.onReceivedBytes = options?.onProgress;
          watchDownload(exchange, { place, doing: call.doing, stallMs: http.timeouts.stallMs });
        },
      });
      return { stream: reply.file as Readable, sizeBytes: reply.exchange.announcedBytes };
    },

    uploadApp: (upload, options) => uploadApp(http, upload, options),
  };
}

async function uploadApp(http: QrsHttp, upload: AppUpload, options?: TransferOptions): Promise<QrsApp> {
  const { uploadBaseMs, uploadRateBytes, stallMs } = http.timeouts;
  const body = upload.body instanceof Readable ? upload.body : Readable.from(upload.body, { objectMode: false });
  const call: QrsCall = {
    method: 'POST',
    path: '/qrs/app/upload',
    query: {
      name: upload.name,
      keepdata: upload.keepData ?? true,
      excludeconnections: upload.excludeConnections ?? false,
    },
    doing: `upload the app ${upload.name}`,
    timeoutMs: options?.timeoutMs ?? uploadBaseMs + Math.ceil((upload.sizeBytes / uploadRateBytes) * 1000),
    timeoutSetting: 'timeouts.uploadBase',
    signal: options?.signal,
  };
  // Its failure is told below, or by the exchange; without a listener it would end the process.
  body.on('error', () => undefined);
  try {
    const found = await findUploadHost(http, options?.signal);
    if (body.errored) throw body.errored;
    const transfer: Transfer = {
      host: found.host,
      upload: { body, sizeBytes: upload.sizeBytes, contentType: 'application/vnd.qlik.sense.app' },
      watch: (exchange, place) => {
        exchange.onSentBytes = options?.onProgress;
        watchUpload(exchange, { place, doing: call.doing, stallMs }, body);
      },
    };
    return await http.json<QrsApp>(call, transfer).catch((error: unknown) => {
      throw uploadFailure(error, found);
    });
  } finally {
    body.destroy();
  }
}

function exportPath(appId: string, token: string): string {
  return `/qrs/app/${guid(appId).guid}/export/${guid(token).guid}`;
}

/** A path as the site gave it, with what may not stand in an address encoded. It never leaves the site: no host can be named. */
function safePath(downloadPath: string): string {
  if (!downloadPath.startsWith('/')) {
    throw waybillError('WAYBILL_QRS_VALUE', { value: JSON.stringify(downloadPath), kind: 'the path of a download' });
  }
  return downloadPath.replaceAll(/[^\w\-.~:/?@!$&'()*+,;=%[\]]+/g, encodeURIComponent);
}
