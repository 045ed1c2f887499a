import { type Command, Option } from 'commander';
import type { LogLevel } from '../../common/logger.ts';

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** What every long-running command takes. */
export interface ProcessOptions {
  readonly config?: string;
  readonly logLevel?: LogLevel;
}

/** Adds the options of a long-running command. */
export function withProcessOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: waybill.yaml in this folder)')
    .addOption(
      new Option('--log-level <level>', 'least severity that is logged, in place of logging.level').choices(levels),
    );
}
