import path from 'node:path';
import bytes from 'bytes';
import type { Command } from 'commander';
import type { MadeBackup } from '../../backup/make-backup.ts';
import type { NotCopied } from '../../backup/manifest.ts';
import { plainLines } from '../../common/plain-text.ts';
import { defaultFileName, loadConfig } from '../../config/load.ts';
import { withCommonOptions } from './cli-context.ts';

interface BackupOptions {
  readonly to: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** A backup was made, but files of apps that it needs are missing or damaged where Waybill keeps them. */
const LOST_ARTIFACTS = 1;

/** The JSON of `waybill backup --json`. Fields are added to it, never renamed or removed. */
export type BackupReport = MadeBackup;

/** Adds `waybill backup`: a consistent copy of all stores, while everything runs. `version`: that of this Waybill. */
export function addBackupCommand(program: Command, version: string): void {
  const command = program
    .command('backup')
    .description('copy ledger, Temporal database, files of apps and configuration into a folder, while Waybill runs')
    .requiredOption('--to <folder>', 'folder that backups are kept in; each becomes a folder of its own')
    .addHelpText(
      'after',
      `
Private keys, passwords and other secrets are never copied; the command tells what has to be kept elsewhere. Files of
apps that an earlier backup in the folder has are not copied again. Run it under the account of the service.`,
    )
    .action((_options: unknown, command: Command) => run(command, version));
  withCommonOptions(command, ['backup --to D:\\Backups\\Waybill', 'backup --to D:\\Backups\\Waybill --json']);
}

/** @throws what `makeBackup` throws, WAYBILL_CONFIG_* */
async function run(command: Command, version: string): Promise<void> {
  const { to, config: file = defaultFileName, json } = command.optsWithGlobals<BackupOptions>();
  const config = await loadConfig(file);
  const { makeBackup } = await import('../../backup/make-backup.ts');
  const made = await makeBackup({ config, configFile: path.resolve(file), to: path.resolve(to), version });
  if (made.lostArtifacts.length > 0) process.exitCode = LOST_ARTIFACTS;
  const report: BackupReport = made;
  command.configureOutput().writeOut?.(json ? `${JSON.stringify(report, null, 2)}\n` : plainLines(text(made)));
}

function text({ folder, manifest, copiedArtifactBytes, lostArtifacts }: MadeBackup): string {
  const { files, artifacts, notCopied } = manifest;
  const size = (sizeBytes: number): string => bytes.format(sizeBytes, { unitSeparator: ' ' }) ?? '';
  return [
    `The backup is in ${folder}`,
    ...files.map(({ name, sizeBytes }) => `  ${name}  ${size(sizeBytes)}`),
    `  files of apps: ${artifacts.length}, of which ${size(copiedArtifactBytes)} were new`,
    ...listOf('Missing or damaged, and not in the backup:', lostArtifacts),
    ...listOf(
      'Not in the backup, to be kept elsewhere:',
      notCopied.filter((one) => !lostArtifacts.includes(one)),
    ),
    '',
  ].join('\n');
}

/** Lines for what a backup does not hold; none where there is nothing to tell. */
export function listOf(title: string, entries: readonly NotCopied[]): string[] {
  return entries.length === 0 ? [] : ['', title, ...entries.map(({ what, why }) => `  ${what}\n    ${why}`)];
}
