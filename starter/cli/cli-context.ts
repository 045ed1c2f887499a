import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import pc from 'picocolors';
import { waybillError } from '../../common/errors/catalogue.ts';
import { ledgerPlace } from '../../config/ledger-place.ts';
import { loadSettings, type Settings } from '../../config/load.ts';
import type { Config } from '../../config/types.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { type Clock, createClock } from '../../common/clock.ts';

type Paint = ReturnType<typeof pc.createColors>;

/** What a command works with: settings, the ledger, and where to print. It holds no Qlik certificate. */
export interface Cli {
  readonly config: Config;
  /** The file that the settings stand in, and which content of it. */
  readonly source: Pick<Settings, 'file' | 'fingerprint'>;
  readonly ledger: Ledger;
  /** The result is to be one JSON document on stdout. */
  readonly json: boolean;
  readonly paint: Paint;
  readonly clock: Clock;
  /** The command's result, on stdout. */
  readonly print: (text: string) => void;
  /** A remark beside the result: on stdout for people, on stderr where stdout is JSON. */
  readonly remark: (text: string) => void;
  readonly printJson: (value: unknown) => void;
}

interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds what every command of this kind takes: the configuration file, JSON, and examples below the help. */
export function withCommonOptions(command: Command, examples: readonly string[]): Command {
  return withExamples(
    command
      .option('-c, --config <file>', 'configuration file (default: waybill.yaml in this folder)')
      .option('--json', 'print JSON'),
    examples,
  );
}

/** Adds examples below the help. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  waybill ${example}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** A command that works without the ledger. */
export type LedgerlessCli = Omit<Cli, 'ledger'>;

/**
 * Reads the settings and runs a command that opens the rest itself.
 * @throws WAYBILL_CONFIG_NOT_FOUND, WAYBILL_CONFIG_INVALID
 */
export async function withSettings(command: Command, work: (cli: LedgerlessCli) => Promise<void>): Promise<void> {
  const { config, json = false } = command.optsWithGlobals<CommonOptions>();
  await work(createCli(command, await loadSettings(config), json));
}

/**
 * Opens what a command needs, runs it, and closes the ledger again.
 * @throws WAYBILL_CONFIG_NOT_FOUND, WAYBILL_CONFIG_INVALID, WAYBILL_CLI_NO_LEDGER, WAYBILL_LEDGER_UNREACHABLE
 */
export async function withCli(command: Command, work: (cli: Cli) => Promise<void>): Promise<void> {
  await withSettings(command, async (cli) => {
    const ledger = await openLedgerOf(cli.config);
    try {
      await work({ ...cli, ledger });
    } finally {
      await ledger.close();
    }
  });
}

function createCli(command: Command, { config, file, fingerprint }: Settings, json: boolean): LedgerlessCli {
  return { config, source: { file, fingerprint }, ...createPrinter(command, json, config.timeZone) };
}

/** What a command prints with before there are settings. */
export type Printer = Omit<LedgerlessCli, 'config' | 'source'>;

/** Where a command prints; its clock is that of the zone, or of this machine. */
export function createPrinter(command: Command, json: boolean, timeZone?: string): Printer {
  const output = command.configureOutput();
  const out = (text: string): void => output.writeOut?.(`${text}\n`);
  const err = (text: string): void => output.writeErr?.(`${text}\n`);
  return {
    json,
    paint: pc.createColors(output.getOutHasColors?.() ?? false),
    clock: createClock(timeZone),
    print: out,
    remark: json ? err : out,
    printJson: (value) => out(JSON.stringify(value, null, 2)),
  };
}

/**
 * The ledger of a configuration. A file that is not there is told, not made: an empty ledger in the wrong place would look
 * like nothing to do.
 * @throws WAYBILL_CLI_NO_LEDGER, WAYBILL_LEDGER_UNREACHABLE
 */
export async function openLedgerOf({ ledger }: Config): Promise<Ledger> {
  const { kind, file } = ledger;
  if (kind === 'sqlite')
    await access(file).catch((cause: unknown) => {
      throw waybillError('WAYBILL_CLI_NO_LEDGER', { file }, { cause });
    });
  return openLedger(await ledgerPlace(ledger));
}
