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
      const { SettingsError } = await import('../../gateway/settings.ts');
      await serve(settings, environment).catch((error: unknown) => {
        if (!(error instanceof SettingsError)) throw error;
        const problems = error.problems.map((problem) => `  ${problem}`).join('\n');
        throw waybillError('WAYBILL_CONFIG_INVALID', { file: settings, count: error.problems.length, problems });
      });
    });
}

const EXAMPLES = `
Examples:
  waybill gateway --settings gateway.yaml    beside an MQTT broker, in a DMZ; docs/reference/gateway.md lists the settings`;
