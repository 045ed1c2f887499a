import type { Command } from 'commander';
import type { Environment } from '../../temporal/server-cache.ts';
import { waybillError } from '../../common/errors/catalogue.ts';

/** `waybill gateway`: webhooks of Qlik Cloud to MQTT; it needs nothing else of Waybill, and has settings of its own. */
export function addGatewayCommand(program: Command, environment: Environment): void {
  program
    .command('gateway')
    .description('take the webhooks of Qlik Cloud and publish them to an MQTT broker')
    .option('--settings <file>', 'its own settings, with nothing of the rest of Waybill', 'gateway.yaml')
    .addHelpText('after', EXAMPLES)
    .action(async ({ settings }: { settings: string }) => {
      const { serve } = await import('../../gateway/serve.ts');
      const errors = await gatewayErrorsOf(settings);
      await serve(settings, environment).catch((error: unknown) => {
        throw errors(error);
      });
    });
}

/** The gateway imports nothing of ours, so that what it throws becomes an error of the catalogue here. */
async function gatewayErrorsOf(file: string): Promise<(error: unknown) => unknown> {
  const { CannotListenError } = await import('../../gateway/node-service.ts');
  const { SettingsError, SettingsFileError } = await import('../../gateway/settings.ts');
  const { SpoolFolderError } = await import('../../gateway/spool.ts');
  return (cause) => {
    if (cause instanceof SettingsError) {
      const problems = cause.problems.map((problem) => `  ${problem}`).join('\n');
      return waybillError('WAYBILL_GATEWAY_SETTINGS_INVALID', { file, count: cause.problems.length, problems });
    }
    if (cause instanceof SettingsFileError) {
      return waybillError('WAYBILL_GATEWAY_SETTINGS_UNREADABLE', { file, reason: cause.reason }, { cause });
    }
    if (cause instanceof CannotListenError) {
      const { address, reason } = cause;
      return waybillError('WAYBILL_GATEWAY_CANNOT_LISTEN', { file, address, reason }, { cause });
    }
    if (cause instanceof SpoolFolderError) {
      const { folder, reason } = cause;
      return waybillError('WAYBILL_GATEWAY_SPOOL_UNUSABLE', { file, folder, reason }, { cause });
    }
    return cause;
  };
}

const EXAMPLES = `
Examples:
  waybill gateway --settings gateway.yaml    beside an MQTT broker, in a DMZ; docs/reference/gateway.md lists the settings`;
