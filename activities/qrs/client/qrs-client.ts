import { type AppReads, createAppReads } from './app-reads.ts';
import { type AppWrites, createAppWrites } from './app-writes.ts';
import { type AuditCalls, createAuditCalls } from './audit-calls.ts';
import { createDirectoryCalls, type DirectoryCalls } from './directory-calls.ts';
import { createNotificationCalls, type NotificationCalls } from './notification-calls.ts';
import { createQrsHttp, type QrsHttpOptions } from './qrs-http.ts';
import { createTransferCalls, type TransferCalls } from './transfer-calls.ts';

/** The repository API of one site, as far as Waybill uses it. */
export interface QrsClient extends AppReads, AppWrites, TransferCalls, DirectoryCalls, NotificationCalls, AuditCalls {
  /** Alias of the site. */
  readonly site: string;
  /** Lets running calls end for `graceMs` (default 5 s), then cuts the connections. Safe to repeat. */
  close(graceMs?: number): Promise<void>;
}

/**
 * A client for one site. It opens nothing and reads no file before its first call; connections are kept, encrypted both ways
 * and always verified against root.pem. It may be used by many at once.
 */
export function createQrsClient(options: QrsHttpOptions): QrsClient {
  const http = createQrsHttp(options);
  const reads = createAppReads(http);
  return {
    site: http.site,
    ...reads,
    ...createAppWrites(http, reads),
    ...createTransferCalls(http),
    ...createDirectoryCalls(http),
    ...createNotificationCalls(http),
    ...createAuditCalls(http),
    close: (graceMs = 5000) => http.close(graceMs),
  };
}
