import type { Command } from 'commander';
import { butlerWords, importButler } from '../../config/import/import-butler.ts';
import { readButler } from '../../config/import/read-butler.ts';
import { addImportOptions, handOverImport, type ImportOptions } from './hand-over-import.ts';

/** Adds `config import-butler`: settings on stdout or in a file, the report on stderr. Safe to repeat. */
export function addImportButlerCommand(config: Command): void {
  const command = config
    .command('import-butler')
    .description("make settings for alerts of the part of Butler's configuration that is about Qlik Cloud")
    .argument('<file>', 'the YAML file that Butler is started with');
  addImportOptions(command, 'file').action((file: string, _options: unknown, called: Command) => run(file, called));
}

/** @throws what `readButler` throws, WAYBILL_IMPORT_NOT_WRITTEN */
async function run(file: string, command: Command): Promise<void> {
  const { output } = command.optsWithGlobals<ImportOptions>();
  const imported = importButler(await readButler(file));
  await handOverImport(command, {
    imported,
    words: butlerWords,
    sources: [file],
    ...(output !== undefined && { output }),
  });
}
