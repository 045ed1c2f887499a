import type { Finding, SettingPath } from '../problem.ts';
import type { Rule } from './rule.ts';

/** Whoever wants alerts only needs no site; else apps come from somewhere and go somewhere. */
export const somethingIsToBeDone: Rule = ({ sites, sources, targets, alerts }) => {
  const groups = { sites, sources, targets };
  const isNone = Object.values(groups).every((group) => Object.keys(group).length === 0);
  if (isNone && Object.keys(alerts.tenants).length > 0) return [];
  return Object.entries(groups).flatMap(([name, group]) => {
    if (Object.keys(group).length > 0) return [];
    return [{ path: [name], wrong: 'nothing stands here', right: `expected at least one ${name.slice(0, -1)}` }];
  });
};

export const whatIsSwitchedOnIsComplete: Rule = (config) => [
  ...needs(config.artifacts.kind === 's3' && !config.artifacts.s3, ['artifacts', 's3'], 'kind s3', 'a bucket'),
  ...needs(
    config.versioning.mode !== 'off' && !config.versioning.bucket,
    ['versioning', 'bucket'],
    `mode ${config.versioning.mode}`,
    'the name of a bucket',
  ),
  ...needs(
    config.ledger.kind === 'postgres' && !config.ledger.url,
    ['ledger', 'url'],
    'kind postgres',
    'a connection string, as in ${env:WAYBILL_LEDGER_URL}',
  ),
  ...needs(config.mail.enabled && !config.mail.host, ['mail', 'host'], 'enabled mail', 'the name of a mail server'),
  ...needs(config.mail.enabled && !config.mail.from, ['mail', 'from'], 'enabled mail', 'the address of the sender'),
  ...needs(
    Boolean(config.temporal.tls?.certificate) && !config.temporal.tls?.key,
    ['temporal', 'tls', 'key'],
    'a client certificate',
    'the file of its key',
  ),
  ...needs(
    Boolean(config.temporal.tls?.key) && !config.temporal.tls?.certificate,
    ['temporal', 'tls', 'certificate'],
    'a client key',
    'the file of its certificate',
  ),
];

export const callbacksCanArrive: Rule = ({ listener, sources }) => {
  const everywhere = ['0.0.0.0', '::'].includes(listener.bind);
  const called = Object.values(sources).some((source) => source.watch === 'callback');
  if (!everywhere || !called || listener.publicUrl !== undefined) return [];
  const wrong = `this setting is required while bind is ${listener.bind}: no site can call that address`;
  return [
    {
      path: ['listener', 'publicUrl'],
      wrong,
      right: 'expected the address the sites reach this machine at, as in http://waybill.company.com:5000',
    },
  ];
};

function needs(lacking: boolean, path: SettingPath, cause: string, right: string): Finding[] {
  return lacking ? [{ path, wrong: `this setting is required with ${cause}`, right: `expected ${right}` }] : [];
}
