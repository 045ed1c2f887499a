import { type ServiceFacts, unusable } from './service-facts.ts';

/** The line that tells a definition of ours from any other. */
export const UNIT_MARKER = '# Made by `waybill service install`; `waybill service uninstall` removes it.';

const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

/** Name of the unit of a service. */
export function unitName({ name }: Pick<ServiceFacts, 'name'>): string {
  return `${name.toLowerCase()}.service`;
}

/**
 * The systemd unit of a service (systemd.service, systemd.exec, systemd.kill). A stop asks the main process alone
 * (`KillMode=mixed`): it drains while the Temporal server below it still serves, and ends that server itself; what is
 * left then is killed. A configuration with problems (exit code 2) is not tried again. Node compiles to memory, so
 * `MemoryDenyWriteExecute` cannot be set.
 * @throws WAYBILL_SERVICE_VALUE_UNUSABLE
 */
export function systemdUnit(facts: ServiceFacts): string {
  const { account, workingFolder, stopSeconds, withPostgres } = facts;
  if (account !== undefined && !ACCOUNT.test(account)) throw unusable(account, 'it is no name of a Linux account');
  const after = ['network-online.target', ...(withPostgres ? ['postgresql.service'] : [])];
  const lines = [
    UNIT_MARKER,
    '[Unit]',
    `Description=${facts.description}`,
    'Wants=network-online.target',
    `After=${after.join(' ')}`,
    '# It goes on trying, however often it fails.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=simple',
    `ExecStart=${commandLine(facts)}`,
    `WorkingDirectory=${plainPath(workingFolder)}`,
    ...(account === undefined ? [] : [`User=${account}`]),
    '# Variables for ${env:NAME} of the configuration, one NAME=value a line; readable by root alone.',
    `EnvironmentFile=-${plainPath(`${workingFolder}/waybill.env`)}`,
    ...cacheLines(facts),
    'Restart=on-failure',
    'RestartSec=10',
    'RestartPreventExitStatus=2',
    'KillMode=mixed',
    `TimeoutStopSec=${stopSeconds}`,
    'UMask=0077',
    'NoNewPrivileges=true',
    'PrivateTmp=true',
    'ProtectSystem=full',
    ...writableLines(facts),
    'ProtectKernelTunables=true',
    'ProtectKernelModules=true',
    'ProtectControlGroups=true',
    'RestrictSUIDSGID=true',
    'RestrictRealtime=true',
    'LockPersonality=true',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  return `${lines.join('\n')}\n`;
}

/** An account for services mostly has no home, where Waybill would keep the Temporal program that it fetches. */
function cacheLines({ process, name }: ServiceFacts): string[] {
  if (process !== 'up') return [];
  const folder = name.toLowerCase();
  return [`CacheDirectory=${folder}`, `Environment=XDG_CACHE_HOME=%C/${folder}`];
}

/** `ProtectSystem=full` makes these folders read-only. */
function writableLines({ dataFolder }: ServiceFacts): string[] {
  return /^\/(usr|boot|efi|etc)(\/|$)/.test(dataFolder) ? [`ReadWritePaths=${quoted(dataFolder)}`] : [];
}

/** In the program itself no variable is looked for, so a `$` stays single there. */
function commandLine({ program, arguments: words }: ServiceFacts): string {
  return [quoted(program), ...words.map((word) => quoted(word).replaceAll('$', '$$$$'))].join(' ');
}

/** A word as it stands: quotes hold blanks, and `%` would begin a specifier. */
function quoted(word: string): string {
  const text = word.replaceAll('%', '%%');
  return /^[\w@%+=:,./$-]+$/.test(text) ? text : `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

/** A path that is a setting's whole value: it takes blanks as they are, and no quotes. */
function plainPath(path: string): string {
  return path.replaceAll('%', '%%');
}
