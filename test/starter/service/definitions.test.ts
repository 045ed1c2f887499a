import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configFromYaml } from '../../../config/load.ts';
import { type ServiceFacts, serviceFacts, serviceProcesses } from '../../../starter/service/service-facts.ts';
import { systemdUnit } from '../../../starter/service/systemd-unit.ts';
import { winswDefinition } from '../../../starter/service/winsw-definition.ts';
import { smallest } from '../../config/write-config.ts';

const facts: ServiceFacts = {
  name: 'Waybill',
  process: 'up',
  description: 'Waybill: promotes Qlik Sense apps between sites',
  program: '/opt/waybill/node',
  arguments: ['/opt/waybill/bin/waybill.js', 'up', '--config', '/srv/waybill/waybill.yaml'],
  workingFolder: '/srv/waybill',
  dataFolder: '/srv/waybill/data',
  logFolder: '/srv/waybill/data/logs',
  account: 'waybill',
  stopSeconds: 100,
  withPostgres: false,
};

const awkward: ServiceFacts = {
  ...facts,
  program: '/opt/way bill/100%/node',
  arguments: ['/opt/way bill/waybill.js', 'up', '--config', '/srv/a "b" $HOME 50%\\x/waybill.yaml'],
  workingFolder: '/srv/way bill 50%',
  dataFolder: '/etc/way bill/data',
};

const unit = `# Made by \`waybill service install\`; \`waybill service uninstall\` removes it.
[Unit]
Description=Waybill: promotes Qlik Sense apps between sites
Wants=network-online.target
After=network-online.target
# It goes on trying, however often it fails.
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=/opt/waybill/node /opt/waybill/bin/waybill.js up --config /srv/waybill/waybill.yaml
WorkingDirectory=/srv/waybill
User=waybill
# Variables for \${env:NAME} of the configuration, one NAME=value a line; readable by root alone.
EnvironmentFile=-/srv/waybill/waybill.env
CacheDirectory=waybill
Environment=XDG_CACHE_HOME=%C/waybill
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=2
KillMode=mixed
TimeoutStopSec=100
UMask=0077
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=full
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectControlGroups=true
RestrictSUIDSGID=true
RestrictRealtime=true
LockPersonality=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=multi-user.target
`;

const xml = `<?xml version="1.0" encoding="utf-8"?>
<!-- Made by \`waybill service install\`; \`waybill service uninstall\` removes it. -->
<service>
  <id>Waybill</id>
  <name>Waybill</name>
  <description>Waybill: promotes Qlik Sense apps between sites</description>
  <executable>C:\\Program Files\\Waybill\\node.exe</executable>
  <argument>C:\\Program Files\\Waybill\\bin\\waybill.js</argument>
  <argument>up</argument>
  <argument>--config</argument>
  <argument>D:\\R&amp;D &lt;50%&gt;\\&quot;x&quot;\\waybill.yaml</argument>
  <workingdirectory>D:\\R&amp;D</workingdirectory>
  <serviceaccount>
    <domain>COMPANY</domain>
    <user>svc-waybill$</user>
    <allowservicelogon>true</allowservicelogon>
  </serviceaccount>
  <startmode>Automatic</startmode>
  <delayedAutoStart>true</delayedAutoStart>
  <stoptimeout>100 sec</stoptimeout>
  <stopparentprocessfirst>true</stopparentprocessfirst>
  <onfailure action="restart" delay="10 sec"/>
  <onfailure action="restart" delay="60 sec"/>
  <resetfailure>1 hour</resetfailure>
  <logpath>D:\\R&amp;D\\data\\logs</logpath>
  <log mode="roll-by-size">
    <sizeThreshold>10240</sizeThreshold>
    <keepFiles>8</keepFiles>
  </log>
</service>
`;

const onWindows: ServiceFacts = {
  ...facts,
  program: 'C:\\Program Files\\Waybill\\node.exe',
  arguments: ['C:\\Program Files\\Waybill\\bin\\waybill.js', 'up', '--config', 'D:\\R&D <50%>\\"x"\\waybill.yaml'],
  workingFolder: 'D:\\R&D',
  logFolder: 'D:\\R&D\\data\\logs',
  account: 'COMPANY\\svc-waybill$',
};

describe('a systemd unit', () => {
  it('reads as agreed, line by line', () => {
    expect(systemdUnit(facts)).toBe(unit);
  });

  it('quotes blanks and quotes, and doubles what systemd would take for a specifier or a variable', () => {
    const lines = systemdUnit(awkward).split('\n');

    expect(lines).toContain(
      String.raw`ExecStart="/opt/way bill/100%%/node" "/opt/way bill/waybill.js" up --config "/srv/a \"b\" $$HOME 50%%\\x/waybill.yaml"`,
    );
    expect(lines).toContain('WorkingDirectory=/srv/way bill 50%%');
    expect(lines).toContain('EnvironmentFile=-/srv/way bill 50%%/waybill.env');
    expect(lines).toContain('ReadWritePaths="/etc/way bill/data"');
  });

  it('starts after a PostgreSQL of this host where the ledger is in one', () => {
    expect(systemdUnit({ ...facts, withPostgres: true })).toContain('After=network-online.target postgresql.service\n');
  });

  it('refuses an account that could be something else', () => {
    expect(() => systemdUnit({ ...facts, account: 'COMPANY\\rep' })).toThrow('is no name of a Linux account');
  });
});

describe('systemd-analyze verify', () => {
  const analyze = '/usr/bin/systemd-analyze';
  const folder = mkdtempSync(path.join(tmpdir(), 'waybill-unit-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // It wants the program to exist; systemd is a package of Debian (`systemd`), and there is none on Windows.
  it.skipIf(!existsSync(analyze)).each(serviceProcesses)('finds nothing wrong in the unit of %s', (kind) => {
    const home = path.join(folder, `way bill 50% ${kind}`);
    mkdirSync(home, { recursive: true });
    const config = kind === 'gateway' ? undefined : configFromYaml(smallest, home, {});
    const configFile = path.join(home, '$HOME.yaml');
    const file = path.join(folder, `waybill-${kind}.service`);
    writeFileSync(file, systemdUnit(serviceFacts({ process: kind, configFile, config, account: 'daemon' })));

    const { status, stderr } = spawnSync(analyze, ['verify', '--man=no', file], { encoding: 'utf8' });

    // It also looks at units of the host that ours names.
    expect(stderr.split('\n').filter((line) => line.includes('waybill'))).toEqual([]);
    expect(status).toBe(0);
  });
});

describe('a definition for WinSW', () => {
  it('reads as agreed, line by line, with what XML needs escaped', () => {
    expect(winswDefinition(onWindows)).toBe(xml);
  });

  it('runs as LocalService where no account is named, or one whose password would have to stand in the file', () => {
    for (const account of [undefined, 'COMPANY\\svc-waybill']) {
      const text = winswDefinition({ ...onWindows, account });

      expect(text).toContain('<domain>NT AUTHORITY</domain>\n    <user>LocalService</user>\n  </serviceaccount>');
      expect(text).not.toContain('svc-waybill');
    }
  });

  it('refuses a path that WinSW would read a variable in', () => {
    expect(() => winswDefinition({ ...onWindows, workingFolder: 'D:\\%TEMP%' })).toThrow('the name of a variable');
  });
});

describe('what a service runs', () => {
  const config = configFromYaml(`${smallest}worker:\n  shutdownGrace: 2m\n`, tmpdir(), {});
  const configFile = path.join(tmpdir(), 'waybill.yaml');

  it('gets longer to stop than the configuration gives steps under way', () => {
    expect(serviceFacts({ process: 'up', configFile, config }).stopSeconds).toBe(160);
  });

  it('is this very Node, without an older one in between', () => {
    const { program, arguments: words } = serviceFacts({ process: 'worker', configFile, config });

    expect(program).toBe(process.execPath);
    expect(words.slice(1)).toEqual(['worker', '--config', configFile]);
    expect(existsSync(words[0]!)).toBe(true);
  });

  it('is named after its process, and by nothing that Windows would refuse', () => {
    expect(serviceFacts({ process: 'gateway', configFile }).name).toBe('WaybillGateway');
    expect(() => serviceFacts({ process: 'up', name: 'way bill', configFile, config })).toThrow('"way bill"');
  });
});
