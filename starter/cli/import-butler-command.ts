import { stat, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { plainLines } from '../../common/plain-text.ts';
import { butlerReport } from '../../config/import/butler-report.ts';
import { butlerYaml } from '../../config/import/butler-yaml.ts';
import { importButler } from '../../config/import/import-butler.ts';
import { readButler } from '../../config/import/read-butler.ts';

interface ImportOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `config import-butler`: settings on stdout or in a file, the report on stderr. Safe to repeat: a file that is
 * there is left alone.
 */
export function addImportButlerCommand(config: Command): void {
  config
    .command('import-butler')
    .description("make settings for alerts of the part of Butler's configuration that is about Qlik Cloud")
    .argument('<file>', 'the YAML file that Butler is started with')
    .option('-o, --output <file>', 'write the settings to this file instead')
    .option('--force', 'replace that file where it exists')
    .option('--json', 'print JSON: the settings as YAML, and what became of each key')
    .action((file: string, _options: unknown, command: Command) => run(file, command));
}

/** @throws what `readButler` throws, WAYBILL_IMPORT_NOT_WRITTEN */
async function run(file: string, command: Command): Promise<void> {
  const { output, force, json } = command.optsWithGlobals<ImportOptions>();
  const result = importButler(await readButler(file));
  const yaml = butlerYaml(result);
  if (output !== undefined) await write(yaml, output, file, force ?? false);
  const printed = command.configureOutput();
  if (json) {
    const { carried, notes, variables, outside } = result;
    printed.writeOut?.(`${JSON.stringify({ yaml, variables, carried, notes, outside }, null, 2)}\n`);
    return;
  }
  if (output === undefined) printed.writeOut?.(yaml);
  printed.writeErr?.(plainLines(butlerReport(result)));
}

async function write(yaml: string, output: string, source: string, force: boolean): Promise<void> {
  const notWritten = (reason: string, cause?: unknown) =>
    waybillError('WAYBILL_IMPORT_NOT_WRITTEN', { file: output, reason }, cause === undefined ? {} : { cause });
  if (force && (await isSame(output, source))) throw notWritten("it is Butler's own configuration");
  await writeFile(output, yaml, { flag: force ? 'w' : 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    throw notWritten(cause.code === 'EEXIST' ? 'it exists already' : String(cause.code), cause);
  });
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [found, wanted] = await Promise.all([one, other].map((file) => stat(file).catch(() => undefined)));
  return found !== undefined && found.ino === wanted?.ino && found.dev === wanted.dev;
}
