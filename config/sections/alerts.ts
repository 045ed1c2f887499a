import { dataPath, duration, flag, named, section } from '../setting.ts';
import { alertBrokerSection } from './alert-broker.ts';
import { alertDestinationsSection } from './alert-destinations.ts';
import { tenantSection } from './alert-tenants.ts';
import { scriptLogFileName } from './script-log-name.ts';
import { alias } from './sites.ts';

const scriptLogsSection = section({
  enabled: flag().prefault(false).describe('Whether whole script logs of failed reloads are kept on disk.'),
  folder: dataPath().prefault('script-logs').describe('Folder for them; it has a folder for each day.'),
  fileName: scriptLogFileName()
    .prefault('{{time}}_appId={{appId}}_reloadId={{reloadId}}.log')
    .describe(
      'Name of a file: {{time}} (UTC) and {{reloadId}}, and {{appId}} and {{tenant}} where wanted. Files of a former name are kept for ever.',
    ),
  keepFor: duration().prefault('90d').describe('How long they are kept. 0 = for ever.'),
});

/** Failed reloads in Qlik Cloud, and who hears of them. */
export const alertsSection = section({
  broker: alertBrokerSection
    .optional()
    .describe('The MQTT broker that brings the events. When not set: Qlik Cloud is asked every reconcile.every.'),
  tenants: named(alias, tenantSection).prefault({}).describe('Tenants of Qlik Cloud, by alias.'),
  destinations: alertDestinationsSection.prefault({}).describe('Where alerts go.'),
  scriptLogs: scriptLogsSection.prefault({}).describe('Script logs on disk.'),
  deadLetters: dataPath()
    .prefault('dead-letters')
    .describe('Folder for events that cannot be read, with the reason in a file beside each.'),
});
