import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { defaultFileName, readConfig } from '../../config/load.ts';
import type { UndoItem } from '../../rules/setup/plan-undo.ts';
import { undoneText } from '../../rules/setup/step-text.ts';
import type { SourceSetup } from '../../setup/source-setup.ts';
import type { Environment } from '../../temporal/server-cache.ts';
import { askYes } from './ask-yes.ts';
import type { Printer } from './cli-context.ts';
import type { InitOptions } from './init-options.ts';
import { openRecorded } from './init-source.ts';
import { undoText } from './init-text.ts';

const SOMETHING_STAYS = 1;

/** The JSON of `waybill init --undo --json`. Fields are added to it, never renamed or removed. */
export interface UndoReport {
  readonly source: string;
  readonly dryRun: boolean;
  /** What is taken back, or would be. */
  readonly back: readonly UndoItem[];
  /** What stays, and why. */
  readonly kept: readonly UndoItem[];
  readonly configuration: { readonly file: string; readonly became: 'removed' | 'unchanged' };
}

/**
 * Shows what `waybill init` made at the source and, after a yes, takes it back, the last first. Safe to repeat, also after a
 * crash half-way: what is back already is left alone.
 * @throws WAYBILL_SETUP_NOTHING_TO_UNDO, WAYBILL_SETUP_…, WAYBILL_CLI_NOT_CONFIRMED, and what a write throws
 */
export async function runUndo(printer: Printer, options: InitOptions, environment: Environment): Promise<void> {
  const file = path.resolve(options.config ?? defaultFileName);
  const { readRecord } = await import('../../setup/record.ts');
  const { recordFileOf } = await import('../../setup/config-file.ts');
  const record = await readRecord(recordFileOf(file));
  if (!record) throw waybillError('WAYBILL_SETUP_NOTHING_TO_UNDO', { file: recordFileOf(file) });
  const config = await readConfig(file).then(
    (read) => read.config,
    () => undefined,
  );
  const setup = await openRecorded(record.site, config, {
    configFile: file,
    environment: { ...environment } as NodeJS.ProcessEnv,
  });
  try {
    await undo(printer, options, setup, file);
  } finally {
    await setup.close();
  }
}

async function undo(printer: Printer, options: InitOptions, setup: SourceSetup, file: string): Promise<void> {
  const { dryRun = false, yes = false, force = false } = options;
  const { alias: source } = setup.book.record.site;
  const items = await setup.planUndo(force);
  const kept = items.filter(({ why }) => why !== undefined);
  const back = items.filter((item) => item.back !== undefined);
  const { isUnchanged } = await import('../../setup/config-file.ts');
  const { configuration } = setup.book.record;
  const removes = kept.length === 0 && configuration !== undefined && (await isUnchanged(file, configuration.sha256));
  if (!printer.json) printer.print(undoText(printer, source, items));
  if (!dryRun) {
    const parts = [...(back.length > 0 ? [`take this back at ${source}`] : []), ...(removes ? [`delete ${file}`] : [])];
    if (parts.length > 0) await askYes(capital(`${parts.join(', and ')}?`), yes);
    await setup.takeBack(items, ({ done }) => printer.remark(`  ✓ ${undoneText(done.step)}`));
    if (kept.length === 0) await finish(setup, file, removes);
    else process.exitCode = SOMETHING_STAYS;
  }
  if (printer.json) {
    const became = removes && !dryRun ? 'removed' : 'unchanged';
    const report: UndoReport = { source, dryRun, back, kept, configuration: { file, became } };
    printer.printJson(report);
  } else printer.print(outcome({ source, file, dryRun, removes, isKept: kept.length > 0 }));
}

async function finish(setup: SourceSetup, file: string, removes: boolean): Promise<void> {
  const { removeConfig } = await import('../../setup/config-file.ts');
  if (removes) await removeConfig(file);
  await setup.book.burn();
}

interface Outcome {
  readonly source: string;
  readonly file: string;
  readonly dryRun: boolean;
  readonly removes: boolean;
  readonly isKept: boolean;
}

function outcome({ source, file, dryRun, removes, isKept }: Outcome): string {
  if (dryRun) return `Nothing was changed: it was a dry run.${removes ? ` ${file} would be deleted.` : ''}`;
  if (isKept)
    return `What stays is still noted: take the values off in the QMC of ${source} and repeat the command, or add --force.`;
  const ofFile = removes ? `${file} was deleted.` : `${file} stays: it was there before, or was changed since.`;
  return `Everything is taken back at ${source}. ${ofFile}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
