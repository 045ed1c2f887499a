import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import ms from 'ms';
import { invalidConfigExitCode, loadConfig, type ReadOutcome, readConfig } from '../../config/load.ts';
import { configJsonSchema } from '../../config/json-schema.ts';
import { effectiveSettings, printConfig } from '../../config/print.ts';
import type { Config } from '../../config/types.ts';
import { pathText, problemLine } from '../../config/problem.ts';
import { unreadableSecrets } from '../../config/unreadable-secrets.ts';
import { isFor } from '../../rules/alerts/route.ts';
import { addImportButlerCommand } from './import-butler-command.ts';
import { addImportSeedCommand } from './import-seed-command.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly secrets?: boolean;
  readonly output?: string;
}

/**
 * Adds `config check`, `config print`, `config schema` and the imports. A configuration with problems ends with exit
 * code 2.
 * What cannot be read at all is thrown: WAYBILL_CONFIG_NOT_FOUND, WAYBILL_CONFIG_UNREADABLE.
 */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('check and show the configuration, or import one');
  config
    .command('check')
    .description('tell everything that is wrong with the configuration, with its line')
    .option('-c, --config <file>', 'configuration file (default: waybill.yaml in this folder)')
    .option('--secrets', 'also try to read every secret, without showing it')
    .option('--json', 'print JSON')
    .action((_options: unknown, command: Command) => check(command));
  config
    .command('print')
    .description('show the configuration in force, with every default; secrets are masked')
    .option('-c, --config <file>', 'configuration file (default: waybill.yaml in this folder)')
    .option('--json', 'print JSON instead of YAML')
    .action((_options: unknown, command: Command) => print(command));
  config
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .option('-o, --output <file>', 'write it to a file instead')
    .option('--json', 'print JSON (it always is)')
    .action((_options: unknown, command: Command) => schema(command));
  addImportButlerCommand(config);
  addImportSeedCommand(config);
}

async function check(command: Command): Promise<void> {
  const options = command.optsWithGlobals<ConfigOptions>();
  const outcome = await readConfig(options.config);
  const secrets = outcome.config && options.secrets ? await unreadableSecrets(outcome.config) : [];
  const isRight = outcome.config !== undefined && secrets.length === 0;
  if (!isRight) process.exitCode = invalidConfigExitCode;
  write(command, options.json ? json({ ok: isRight, ...facts(outcome), secrets }) : checkText(outcome, secrets));
}

function facts({ file, problems }: ReadOutcome): object {
  return { file, problems: problems.map((problem) => ({ ...problem, path: pathText(problem.path) })) };
}

function checkText({ file, config, problems }: ReadOutcome, secrets: readonly string[]): string {
  if (config === undefined) {
    return `${file} has ${problems.length} problem(s):\n${problems.map(problemLine).join('\n')}\n`;
  }
  if (secrets.length > 0)
    return `${file}: these secrets cannot be read:\n${secrets.map((line) => `  ${line}`).join('\n')}\n`;
  const ways = Object.values(config.sources).map(({ alias, targets }) => `  ${alias} → ${targets.join(', ')}\n`);
  return `${file} is right.\n${ways.join('')}${alertLines(config).join('')}`;
}

/** Where the alerts of each tenant go, and how its failures are heard of. */
function alertLines({ alerts }: Config): string[] {
  const all = Object.entries(alerts.destinations).flatMap(([kind, named]) =>
    Object.entries<{ enabled: boolean; tenants?: readonly string[] }>(named).map(([name, one]) => ({
      id: `${kind}/${name}`,
      ...one,
    })),
  );
  return Object.values(alerts.tenants).map(({ alias, reconcile }) => {
    const ours = all.filter((one) => isFor(alias, one));
    const asks = reconcile.everyMs > 0 ? [`a look every ${ms(reconcile.everyMs)}`] : [];
    const how = [...(alerts.broker ? [`events from ${alerts.broker.url}`] : []), ...asks].join(', and ');
    return `  alerts of ${alias} (${how}) → ${ours.map(({ id }) => id).join(', ') || 'nobody'}\n`;
  });
}

async function print(command: Command): Promise<void> {
  const options = command.optsWithGlobals<ConfigOptions>();
  const config = await loadConfig(options.config);
  write(command, options.json ? json(effectiveSettings(config)) : printConfig(config));
}

async function schema(command: Command): Promise<void> {
  const { output } = command.optsWithGlobals<ConfigOptions>();
  const text = json(configJsonSchema());
  if (output === undefined) write(command, text);
  else await writeFile(output, text);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function write(command: Command, text: string): void {
  command.configureOutput().writeOut?.(text);
}
