import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runGateway } from './run-gateway.ts';
import { type Environment, readSettings } from './settings.ts';
import { stopRequest } from './stop-request.ts';

/** The name that is looked for in the current folder when nobody names a file. */
export const DEFAULT_FILE = 'gateway.yaml';

/**
 * Runs the gateway by a file of settings, until it is told to stop (Ctrl-C, SIGTERM, `shutdown` from a parent
 * process or its end). Running requests are answered first.
 * @throws SettingsError with every problem; CannotListenError; what the file system gives for a file that cannot be read
 */
export async function serve(file: string, env: Environment): Promise<void> {
  const settings = readSettings(readFileSync(file, 'utf8'), { folder: path.dirname(path.resolve(file)), env });
  const service = await runGateway(settings);
  process.stdout.write(`The gateway listens on ${service.url}${settings.path}/<tenant id>\n`);
  await stopRequest();
  await service.close();
}
