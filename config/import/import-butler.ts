import { brokerOf, takesEvents } from './butler-broker.ts';
import { slackOf, teamsOf } from './butler-destinations.ts';
import { mailOf } from './butler-mail.ts';
import { scriptLogsOf, tenantOf } from './butler-tenant.ts';
import { ImportBook, type Imported, type ImportWords } from './import-book.ts';
import { settled } from './import-values.ts';

export const butlerWords: ImportWords = {
  program: 'Butler',
  command: 'waybill config import-butler',
  variables: 'Set these environment variables to the values of these keys; no secret was copied',
  outside: 'Has nothing to do with alerts of Qlik Cloud, and was not looked at',
};

const name = 'reload-failures';

/** The keys that tell of Qlik Cloud, and those that its alerts need besides. */
const cloudPart = [
  'Butler.qlikSenseCloud',
  'Butler.mqttConfig.enable',
  'Butler.mqttConfig.azureEventGrid',
  'Butler.mqttConfig.qlikSenseCloud',
  'Butler.emailNotification.enable',
  'Butler.emailNotification.smtp',
  'Butler.genericUrls',
  'Butler.scriptLog.storeOnDisk.qsCloud',
];

/**
 * The part of a Butler configuration that is about Qlik Cloud, as settings of Waybill: `alerts`, and `mail` where Butler
 * has a mail server. Every key of it is told of.
 */
export function importButler(values: unknown): Imported {
  const source = new ImportBook(values, { program: butlerWords.program, part: cloudPart });
  const isOn = takesEvents(source);
  const broker = brokerOf(source);
  const tenant = tenantOf(source);
  const { mail, destinations } = mailOf(source, name, isOn);
  const alerts = settled({
    broker,
    tenants: { [tenant.alias]: tenant.settings },
    destinations: settled({
      mail: destinations,
      slack: slackOf(source, name, isOn),
      teams: teamsOf(source, name, isOn),
    }),
    scriptLogs: scriptLogsOf(source),
  });
  return source.imported({ alerts, ...(mail && { mail }) });
}
