import { DEFAULT_FILE, serve } from './serve.ts';
import { SettingsError, SettingsFileError } from './settings.ts';

/** The gateway as a program of its own: `node gateway/main.ts [settings file]`. */
try {
  await serve(process.argv[2] ?? DEFAULT_FILE, process.env);
  process.exit(0);
} catch (error) {
  process.stderr.write(`gateway: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof SettingsError || error instanceof SettingsFileError ? 2 : 1);
}
