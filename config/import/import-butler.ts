import { brokerOf, takesEvents } from './butler-broker.ts';
import { slackOf, teamsOf } from './butler-destinations.ts';
import { mailOf } from './butler-mail.ts';
import { ButlerSource, type Carried, type Note, type Variable } from './butler-source.ts';
import { scriptLogsOf, tenantOf } from './butler-tenant.ts';
import { type Settings, settled } from './butler-values.ts';

/** What came of a configuration of Butler. Holds no secret. */
export interface ButlerImport {
  /** Settings for waybill.yaml: `alerts`, and `mail` where Butler has a mail server. */
  readonly settings: Settings;
  readonly carried: readonly Carried[];
  readonly notes: readonly Note[];
  /** Environment variables that the settings name, and the key whose value each takes. */
  readonly variables: readonly Variable[];
  /** Groups that have nothing to do with Qlik Cloud and were not looked at. */
  readonly outside: readonly string[];
}

const name = 'reload-failures';

/** The part of a Butler configuration that is about Qlik Cloud, as settings of Waybill. Every key of it is told of. */
export function importButler(values: unknown): ButlerImport {
  const source = new ButlerSource(values);
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
  source.dropUnknown();
  return { settings: { alerts, ...(mail && { mail }) }, ...told(source), outside: source.outside() };
}

/** The book of the source; of a group that was dropped as a whole, nothing else is told. */
function told({ carried, notes, variables }: ButlerSource): Omit<ButlerImport, 'settings' | 'outside'> {
  const dropped = notes.filter(({ kind }) => kind === 'dropped').map(({ key }) => `${key}.`);
  const stands = ({ key }: { readonly key: string }): boolean => !dropped.some((group) => key.startsWith(group));
  return { carried: carried.filter(stands), notes: notes.filter(stands), variables };
}
