import type { Command } from 'commander';
import { plainLines } from '../../common/plain-text.ts';
import type { Imported, ImportWords } from '../../config/import/import-book.ts';
import { importReport } from '../../config/import/import-report.ts';
import { importYaml } from '../../config/import/import-yaml.ts';
import { type NewFile, type WrittenFile, writeNewFiles } from './write-new-files.ts';

export interface ImportOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface ImportOutcome {
  readonly imported: Imported;
  readonly words: ImportWords;
  /** File for the settings. When not set: they are printed. */
  readonly output?: string;
  /** Files that are written beside the settings. */
  readonly beside?: readonly NewFile[];
  /** Files of the other program, which are never replaced. */
  readonly sources: readonly string[];
}

/** Adds the options that every import has. */
export function addImportOptions(command: Command, output: string): Command {
  return command
    .option(`-o, --output <${output}>`, 'write the settings there instead of printing them')
    .option('--force', 'replace files that stand there')
    .option('--json', 'print JSON: the settings as YAML, and what became of each key');
}

/**
 * Gives out what was imported: the settings on stdout or in a file, the report on stderr; with `--json` both on stdout.
 * Safe to repeat: files that stand there are left alone without `--force`.
 * @throws WAYBILL_IMPORT_NOT_WRITTEN
 */
export async function handOverImport(command: Command, outcome: ImportOutcome): Promise<void> {
  const { imported, words, output, beside = [], sources } = outcome;
  const { force = false, json = false } = command.optsWithGlobals<ImportOptions>();
  const yaml = importYaml(imported, words);
  const files = output === undefined ? [] : [{ file: output, text: yaml }, ...beside];
  const written = await writeNewFiles(files, { force, sources });
  const printed = command.configureOutput();
  if (json) {
    const { carried, notes, variables, outside } = imported;
    printed.writeOut?.(`${JSON.stringify({ yaml, files: written, variables, carried, notes, outside }, null, 2)}\n`);
    return;
  }
  if (output === undefined) printed.writeOut?.(yaml);
  printed.writeErr?.(plainLines(importReport(imported, words) + fileLines(written)));
}

function fileLines(written: readonly WrittenFile[]): string {
  const lines = written.map(({ file, became }) =>
    became === 'written' ? `${file} was written.` : `${file} stands there already, just like this.`,
  );
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
}
