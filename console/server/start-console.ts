import fastify from 'fastify';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Logger } from '../../common/logger.ts';
import { serverTls } from '../../common/server-tls.ts';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { addPages } from '../pages/all.ts';
import { makeSetUpLink, type OneTimeLink } from '../sign-in/links.ts';
import { latestProvider } from '../sign-in/oidc/identity-provider.ts';
import { createThrottle, type ThrottleLimits } from '../sign-in/throttle.ts';
import { addAssets } from './assets.ts';
import type { ConsoleContext, ConsoleServer } from './context.ts';
import { addDoor } from './door.ts';
import { addErrorPages } from './error-pages.ts';
import { addHardening } from './hardening.ts';
import type { KeptFiles } from './kept-files.ts';
import { liveConfig } from './live-config.ts';
import { temporalLink } from './temporal-link.ts';

/** The largest form that is read, in bytes: the whole of a configuration file fits. */
const MOST_FORM_BYTES = 1024 * 1024;
/** A request that has not come in whole by then is dropped. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface StartConsoleOptions {
  readonly config: Config;
  /** Absolute path of the file that `config` comes from; without it no settings can be changed. */
  readonly configFile?: string;
  /** The variables that `${env:NAME}` names. Default: none. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly ledger: Ledger;
  readonly logger: Logger;
  /** Opens the files that were kept of apps. Without it the console offers none. */
  readonly files?: KeptFiles;
  /** How often a password may be wrong. Default: `usualLimits`. */
  readonly limits?: ThrottleLimits;
}

export interface RunningConsole {
  /** Where it listens, as in `http://127.0.0.1:5080`. */
  readonly url: string;
  readonly port: number;
  /** Makes the first administrator; there where nobody can sign in as one. It belongs on a terminal, never in a log. */
  readonly setUpLink?: OneTimeLink;
  /** Goes on with other settings; port, bind and certificate stay. Safe to repeat. */
  takeOver(config: Config): void;
  /** Takes nothing more, ends what is open, closes. Safe to repeat. */
  close(): Promise<void>;
}

/**
 * Serves the console. It starts whether Temporal is there or not. `GET /health/live` answers 200.
 * @throws WAYBILL_CONSOLE_CANNOT_LISTEN, WAYBILL_CONSOLE_CERTIFICATE_UNUSABLE, WAYBILL_CONFIG_SECRET_MISSING
 */
export async function startConsole(options: StartConsoleOptions): Promise<RunningConsole> {
  const { config, configFile, environment = {}, ledger, logger, limits, files } = options;
  const settings = config.console;
  const temporal = temporalLink(config);
  const isSecure = settings.tls !== undefined || settings.behindProxy;
  let listensAt = '';
  const prefix = isSecure ? '__Host-waybill' : 'waybill';
  const live = liveConfig(config);
  const providerOf = latestProvider();
  const context: ConsoleContext = {
    config: live.config,
    configFile,
    environment,
    ledger,
    logger,
    files,
    isSecure,
    // Browsers share cookies between the ports of a host: two consoles on one machine must not end each other's sessions.
    cookies: cookieNames(`${prefix}-${config.installation.id}`),
    installationSecret: await config.installation.secret.resolve(),
    publicUrl: () => publicUrlOf(live.config.console, listensAt),
    throttle: createThrottle(limits),
    get provider() {
      return providerOf(live.config.console.oidc);
    },
    temporal: () => temporal.connected(),
  };
  const server = httpServer(
    settings,
    settings.tls && (await serverTls(settings.tls, 'WAYBILL_CONSOLE_CERTIFICATE_UNUSABLE')),
  );
  const close = async (): Promise<void> => {
    await server.close();
    await temporal.close();
  };
  try {
    await addHardening(server, context);
    addErrorPages(server, context);
    addDoor(server, context);
    addAssets(server);
    addPages(server, context);
    const port = await listen(server, settings);
    listensAt = `${settings.tls ? 'https' : 'http'}://${hostOf(settings.bind)}:${port}`;
    logger.info({ url: listensAt }, 'The console can be opened');
    const setUpLink = await makeSetUpLink({ settings, ledger, publicUrl: context.publicUrl() });
    return { url: listensAt, port, setUpLink, takeOver: live.takeOver, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type ServerPair = Awaited<ReturnType<typeof serverTls>>;

function cookieNames(prefix: string): ConsoleContext['cookies'] {
  return { session: `${prefix}-session`, theme: `${prefix}-theme`, flash: `${prefix}-news`, oidc: `${prefix}-oidc` };
}

function httpServer({ behindProxy }: Config['console'], https: ServerPair | undefined): ConsoleServer {
  return fastify({
    logger: false,
    bodyLimit: MOST_FORM_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The proxy's own entry, which is the last: what stands before it is what the sender made up.
    trustProxy: behindProxy ? (_address: string, hop: number) => hop === 0 : false,
    // Pages that stay open for news end with the server.
    forceCloseConnections: true,
    https: https ?? null,
  }) as unknown as ConsoleServer;
}

/** The port that it listens on. */
async function listen(server: ConsoleServer, { bind, port }: Config['console']): Promise<number> {
  try {
    await server.listen({ host: bind, port });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there' : (code ?? message);
    throw waybillError('WAYBILL_CONSOLE_CANNOT_LISTEN', { address: `${bind}:${port}`, reason }, { cause });
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** What people open; with any free port it is known once the console listens. */
function publicUrlOf({ publicUrl }: Config['console'], listensAt: string): string {
  return new URL(publicUrl).port === '0' ? listensAt : publicUrl;
}

function hostOf(bind: string): string {
  return bind.includes(':') ? `[${bind}]` : bind;
}
