import { runGateway } from './run-gateway.ts';
import { type Environment, readSettingsFile } from './settings.ts';
import { stopRequest } from './stop-request.ts';

/** The name that is looked for in the current folder when nobody names a file. */
export const DEFAULT_FILE = 'gateway.yaml';

/**
 * Runs the gateway by a file of settings, until it is told to stop (Ctrl-C, SIGTERM, `shutdown` from a parent
 * process or its end). Running requests are answered first.
 * @throws SettingsFileError, SettingsError with every problem, CannotListenError; what the file system gives where the
 * folder of the spool cannot be used
 */
export async function serve(file: string, env: Environment): Promise<void> {
  const settings = readSettingsFile(file, env);
  const service = await runGateway(settings);
  process.stdout.write(`The gateway listens on ${service.url}${settings.path}/<tenant id>\n`);
  await stopRequest();
  await service.close();
}
