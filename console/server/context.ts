import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TemporalClient } from '../../temporal/connect.ts';
import type { IdentityProvider } from '../sign-in/oidc/identity-provider.ts';
import type { Throttle } from '../sign-in/throttle.ts';
import type { KeptFiles } from './kept-files.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in. */
    person?: ConsolePerson;
    /** What a form of this page must send back. */
    formToken: string;
  }
  interface FastifyContextConfig {
    /** Also for people who are not signed in. */
    open?: boolean;
  }
}

export type ConsoleServer = FastifyInstance;

/** What the pages of the console work with. It holds no Qlik certificate. */
export interface ConsoleContext {
  /** The settings in force. They change while it runs: read a group of them when a page is made, and keep none. */
  readonly config: Config;
  /** Absolute path of the file that the settings come from. */
  readonly configFile: string | undefined;
  /** The variables that the file may name. */
  readonly environment: NodeJS.ProcessEnv;
  readonly ledger: Ledger;
  readonly logger: Logger;
  /** Browsers send cookies over TLS only. */
  readonly isSecure: boolean;
  readonly cookies: Readonly<Record<'session' | 'theme' | 'flash' | 'oidc', string>>;
  /** Where people open the console, without a slash at the end. */
  publicUrl(): string;
  readonly throttle: Throttle;
  /** Where people sign in who have no password here, by the settings in force. */
  readonly provider?: IdentityProvider;
  /** Signs decisions, so that a worker can tell that they come from here. */
  readonly installationSecret: string;
  /** Files that were kept of apps; none where nobody gave them. */
  readonly files: KeptFiles | undefined;
  /** The connection to Temporal, made at first use. @throws WAYBILL_TEMPORAL_UNREACHABLE */
  readonly temporal: () => Promise<TemporalClient>;
}

/** Who sends this request, where only people who are signed in get to. */
export function personIn(request: FastifyRequest): ConsolePerson {
  if (!request.person) throw new Error('A page for people who are signed in was reached by somebody else.');
  return request.person;
}
