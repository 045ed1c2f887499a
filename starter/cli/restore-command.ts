import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Restored } from '../../backup/restore-backup.ts';
import type { RestorePart } from '../../backup/restore-plan.ts';
import { plainLines } from '../../common/plain-text.ts';
import { defaultFileName } from '../../config/load.ts';
import type { Environment } from '../../temporal/server-cache.ts';
import { listOf } from './backup-command.ts';
import { withCommonOptions } from './cli-context.ts';

interface RestoreCommandOptions {
  readonly config?: string;
  readonly only?: readonly RestorePart[];
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const parts: readonly RestorePart[] = ['ledger', 'temporal', 'artifacts', 'configuration'];

/** The JSON of `waybill restore --json`. Fields are added to it, never renamed or removed. */
export type RestoreReport = Restored;

/** Adds `waybill restore`: a backup is verified and put back; what stands there is renamed, never deleted. */
export function addRestoreCommand(program: Command, environment: Environment): void {
  const command = program
    .command('restore')
    .description('put back a backup that `waybill backup` made, after all of it was verified')
    .argument('<from>', 'folder of the backup, or the folder that backups are kept in: then the latest')
    .addOption(new Option('--only <part...>', 'put back these parts alone').choices(parts))
    .option('--force', 'rename data that stands in the way, in place of refusing')
    .option('--dry-run', 'verify the backup and say what would be done, and do nothing')
    .addHelpText(
      'after',
      `
Waybill must not run. Put back only what was lost: what is left knows what happened since. A configuration file that
stands is left as it is. Safe to repeat: after an end half-way the same command goes on.`,
    )
    .action((from: string, _options: unknown, command: Command) => run(command, from, environment));
  withCommonOptions(command, [
    'restore D:\\Backups\\Waybill --dry-run',
    'restore D:\\Backups\\Waybill',
    'restore D:\\Backups\\Waybill --only ledger artifacts --force',
  ]);
}

/** @throws what `restoreBackup` throws */
async function run(command: Command, from: string, environment: Environment): Promise<void> {
  const options = command.optsWithGlobals<RestoreCommandOptions>();
  const { config = defaultFileName, only = parts, force = false, dryRun = false, json } = options;
  const { restoreBackup } = await import('../../backup/restore-backup.ts');
  const configFile = path.resolve(config);
  const report: RestoreReport = await restoreBackup({ from, configFile, parts: only, force, dryRun, environment });
  command.configureOutput().writeOut?.(json ? `${JSON.stringify(report, null, 2)}\n` : plainLines(text(report)));
}

function text(report: Restored): string {
  const { dryRun, backup, madeAtUtc, put, renamed, left, artifacts, notCopied } = report;
  const files = artifacts ? [`  ${artifacts.count} files of apps in ${artifacts.folder}`] : [];
  return [
    `${backup}, made at ${madeAtUtc}, is whole.`,
    ...(renamed.length > 0 ? [dryRun ? 'Stands in the way; with --force it is renamed:' : 'Renamed:'] : []),
    ...renamed.map(({ from, to }) => `  ${from}\n    to ${to}`),
    dryRun ? 'Would be put back:' : 'Put back:',
    ...put.map((file) => `  ${file}`),
    ...files,
    ...left.map((file) => `  ${file} stands already and is left as it is`),
    ...listOf('Not in the backup; see that it is there before the start:', notCopied),
    '',
    dryRun ? 'Nothing was done.' : nextText(report),
    '',
  ].join('\n');
}

function nextText({ heldAt, configFile, madeAtUtc }: Restored): string {
  const lines = [
    `Next: waybill config check --secrets --config ${configFile}`,
    'Then start Waybill. What was open goes on by itself.',
  ];
  if (heldAt.length > 0) {
    lines.push(
      `Decisions since ${madeAtUtc} are not known to the ledger. They are held, for they may have been carried out.`,
      'After the first sweep, look at each of them:',
      ...heldAt.map((site) => `  waybill adopt ${site}`),
    );
  } else {
    lines.push('Look for what is missing in Temporal: waybill rebuild --dry-run');
  }
  return lines.join('\n');
}
