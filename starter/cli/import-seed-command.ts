import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { SecretRef } from '../../config/secret-ref.ts';
import { environmentLine } from '../../config/import/environment-file.ts';
import type { ImportWords } from '../../config/import/import-book.ts';
import { importSeed, seedProgram } from '../../config/import/import-seed.ts';
import { readSeed } from '../../config/import/read-seed.ts';
import { defaultFileName } from '../../config/load.ts';
import { addImportOptions, handOverImport, type ImportOptions } from './hand-over-import.ts';
import type { NewFile } from './write-new-files.ts';

const name = 'waybill config import-seed';
const environmentFileName = 'waybill.env';

/**
 * Adds `config import-seed`: settings on stdout, or in a file with the mail password in an environment file beside it; the
 * report on stderr. Safe to repeat.
 */
export function addImportSeedCommand(config: Command): void {
  const command = config
    .command('import-seed')
    .description('make a configuration of that of the old Python program')
    .argument('<folder>', 'the folder that the old program runs in, with static and Certificates');
  addImportOptions(command, 'path').action((folder: string, _options: unknown, called: Command) => run(folder, called));
}

/** @throws what `readSeed` throws, WAYBILL_IMPORT_NOT_WRITTEN */
async function run(folder: string, command: Command): Promise<void> {
  const { output } = command.optsWithGlobals<ImportOptions>();
  const seed = await readSeed(folder);
  const { imported, mailPassword } = importSeed(seed);
  const file = output === undefined ? undefined : await settingsFile(output);
  const [variable] = imported.variables;
  const beside =
    file === undefined || mailPassword === undefined || variable === undefined
      ? []
      : [await environmentFile(path.join(path.dirname(file), environmentFileName), variable.name, mailPassword)];
  await handOverImport(command, {
    imported,
    words: wordsFor(beside),
    sources: seed.files,
    beside,
    ...(file !== undefined && { output: file }),
  });
}

function wordsFor([environment]: readonly NewFile[]): ImportWords {
  const variables =
    environment === undefined
      ? 'Set these environment variables to the values of these keys, decoded from base64; no password was copied'
      : `These environment variables stand in ${environment.file}: start Waybill with them, and let nobody else read it`;
  return { program: seedProgram, command: name, variables, outside: 'Not looked at' };
}

/** A folder that is there, or a name without the ending of a YAML file, is where `waybill.yaml` goes. */
async function settingsFile(output: string): Promise<string> {
  const isFolder = await stat(output).then(
    (found) => found.isDirectory(),
    () => !/\.ya?ml$/i.test(output),
  );
  return path.resolve(isFolder ? path.join(output, defaultFileName) : output);
}

async function environmentFile(file: string, variable: string, secret: SecretRef): Promise<NewFile> {
  const line = environmentLine(variable, await secret.resolve());
  return { file, text: `# Made by \`${name}\`. Keep it secret.\n${line?.text ?? ''}\n`, mode: 0o600 };
}
