import type { FastifyRequest } from 'fastify';
import { withMaskedSecrets } from '../../config/edit/mask-secrets.ts';
import { saveFile } from '../../config/edit/save-file.ts';
import { pendingSecret, savedReference, settleSecret, unsettleSecret } from '../../config/edit/secret-files.ts';
import { fingerprintOf } from '../../config/load.ts';
import { type ConsoleContext, personIn } from '../server/context.ts';
import { settingsEntry } from './note-settings.ts';
import type { WrittenSettings } from './written-settings.ts';

interface Change {
  readonly text: string;
  readonly changed: readonly string[];
  /** Names of the files of secrets that it is the first to name. */
  readonly pending: readonly string[];
  /** The version that is brought back. */
  readonly broughtBack?: number;
}

/**
 * Writes the file, and with it a version and an entry of the audit trail: all of them or none. What stood there before by
 * somebody's own hand becomes a version of its own first. The number of the new version.
 * @throws WAYBILL_SETTINGS_CHANGED_MEANWHILE, WAYBILL_SETTINGS_NOT_WRITABLE
 */
export async function saveChange(
  context: ConsoleContext,
  request: FastifyRequest,
  written: WrittenSettings,
  { text: planned, changed, pending, broughtBack }: Change,
): Promise<number> {
  const { ledger, logger } = context;
  const { file, fingerprint } = written;
  const { account, name } = personIn(request);
  const text = pending.reduce(
    (made, one) => made.replaceAll(pendingSecret(one).reference, savedReference(one)),
    planned,
  );
  const settled: string[] = [];
  try {
    const n = await ledger.withTransaction(async (store) => {
      const [last] = await store.listSettingsVersions({ limit: 1 });
      if (last?.fingerprint !== fingerprint) {
        await store.addSettingsVersion({ what: [], fingerprint, yaml: withMaskedSecrets(written.text) });
      }
      const yaml = withMaskedSecrets(text);
      const version = { savedBy: account, what: changed, fingerprint: fingerprintOf(text), yaml };
      const made = await store.addSettingsVersion(version);
      const type = broughtBack === undefined ? 'changed' : 'brought-back';
      await store.appendAudit(settingsEntry(request, type, { settings: changed, version: made, from: broughtBack }));
      // Last, for this cannot be taken back: whatever else could fail has been done.
      for (const one of pending) {
        await settleSecret(file, one);
        settled.push(one);
      }
      await saveFile(file, text, fingerprint);
      return made;
    });
    logger.info({ by: name, account, file, changed, version: n, broughtBack }, 'Settings were saved on the console');
    return n;
  } catch (error) {
    for (const one of settled) await unsettleSecret(file, one);
    throw error;
  }
}
