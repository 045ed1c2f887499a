import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { furnishCompany, startSandbox } from '../../sandbox/start-sandbox.ts';
import { sandboxConfig } from './sandbox-config.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface RunSandboxOptions {
  readonly folder: string;
  readonly sites: readonly string[];
  readonly port?: number;
  readonly s3: boolean;
  readonly json?: boolean;
}

/** Starts the sandbox with a furnished company, writes a configuration for it, and stays up until interrupted. */
export async function runSandbox(options: RunSandboxOptions): Promise<void> {
  const say = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const { folder, sites, port: portBase, s3 } = options;
  const sandbox = await startSandbox({ folder, sites, portBase, s3, report: say });
  furnishCompany(sandbox);
  const configFile = path.join(folder, 'waybill.yaml');
  await writeFile(configFile, sandboxConfig({ sandbox, dataFolder: path.join(folder, 'data') }));
  const addresses = {
    config: configFile,
    control: sandbox.control.url,
    mails: sandbox.inbox.webUrl,
    sites: Object.fromEntries([...sandbox.sites].map(([alias, site]) => [alias, site.url])),
    s3: sandbox.s3?.endpoint,
  };
  if (options.json) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  else tell(say, addresses, folder);
  await untilInterrupted();
  await sandbox.close();
}

function tell(
  say: (line: string) => void,
  addresses: { config: string; control: string; mails: string; sites: Record<string, string> },
  folder: string,
): void {
  for (const [alias, url] of Object.entries(addresses.sites)) say(`site ${alias.padEnd(6)} ${url}`);
  say(`mails       ${addresses.mails}`);
  say('');
  say('Run Waybill on it:');
  say(`  npm run waybill -- up --config ${path.relative(process.cwd(), addresses.config)}`);
  say('Act as a user of the QMC:');
  say(`  npm run waybill -- sandbox qmc --control ${addresses.control} --help`);
  say('');
  say(`Everything is kept in ${folder}. Ctrl-C ends it.`);
}
