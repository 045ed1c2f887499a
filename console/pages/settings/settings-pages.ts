import { forgetOldSecrets } from '../../../config/edit/secret-files.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { addSettingsForms } from './form-pages.ts';
import { addSettingsIndex } from './index-page.ts';
import { addReview } from './review-page.ts';
import { addSave } from './save-page.ts';
import { addTry } from './try-page.ts';
import { addVersionPages } from './version-pages.ts';

/** How long a secret that was typed may wait to be saved. */
const SECRET_WAITS_MS = 60 * 60_000;
const LOOK_EVERY_MS = 10 * 60_000;

/** What Waybill is told, by forms that are made from the schema of the configuration; for administrators. */
export function addSettingsPages(server: ConsoleServer, context: ConsoleContext): void {
  addSettingsIndex(server, context);
  addSettingsForms(server, context);
  addReview(server, context);
  addSave(server, context);
  addTry(server, context);
  addVersionPages(server, context);
  forgetSecretsOfNobody(server, context);
}

/** Secrets that were typed and never saved do not stay. */
function forgetSecretsOfNobody(server: ConsoleServer, { configFile, logger }: ConsoleContext): void {
  if (configFile === undefined) return;
  const forget = (): void => {
    forgetOldSecrets(configFile, SECRET_WAITS_MS).catch((err: unknown) =>
      logger.warn({ err }, 'Secrets that were typed and not saved could not be removed'),
    );
  };
  forget();
  const timer = setInterval(forget, LOOK_EVERY_MS).unref();
  server.addHook('preClose', () => clearInterval(timer));
}
