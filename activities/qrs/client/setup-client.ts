import { type AppReads, createAppReads } from './app-reads.ts';
import { createDirectoryCalls, type DirectoryCalls } from './directory-calls.ts';
import { createQrsHttp, type QrsHttpOptions } from './qrs-http.ts';
import { createSetupCalls, type SetupCalls } from './setup-calls.ts';

/** The repository API of one site, as far as setting it up needs it. The worker has no use for these rights. */
export interface SetupClient extends AppReads, DirectoryCalls, SetupCalls {
  /** Alias of the site. */
  readonly site: string;
  /** Ends connections at once. Safe to repeat. */
  close(): Promise<void>;
}

/** A client that opens nothing and reads no file before its first call; see `createQrsClient`. */
export function createSetupClient(options: QrsHttpOptions): SetupClient {
  const http = createQrsHttp(options);
  return {
    site: http.site,
    ...createAppReads(http),
    ...createDirectoryCalls(http),
    ...createSetupCalls(http),
    close: () => http.close(0),
  };
}
