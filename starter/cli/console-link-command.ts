import type { Command } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { osAccount } from '../../config/os-account.ts';
import type { AuditEntry } from '../../ledger/audit-entry.ts';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';

interface LinkOptions {
  readonly for?: string;
}

/** The JSON of `waybill console link --json`. Fields are added to it, never renamed or removed. */
export interface LinkReport {
  readonly url: string;
  readonly expiresAtUtc: string;
  /** Who chooses a password with it; null where it makes the first administrator. */
  readonly for: string | null;
}

/** Adds `waybill console link`: a one-time link, where nobody can make one on the console. */
export function addConsoleLinkCommand(console: Command): void {
  const command = console
    .command('link')
    .description('make a link that works once: for the first administrator, or for a password that was forgotten')
    .option('--for <name>', 'let this person choose a new password')
    .action((_options: unknown, command: Command) => withCli(command, (cli) => run(cli, command.opts<LinkOptions>())));
  withCommonOptions(command, ['console link', 'console link --for ada']);
}

/** @throws WAYBILL_CONSOLE_HAS_ADMINISTRATOR, WAYBILL_CONSOLE_NO_PERSON, WAYBILL_CLI_NO_LEDGER */
async function run(cli: Cli, { for: name }: LinkOptions): Promise<void> {
  const { makePasswordLink, makeSetUpLink } = await import('../../console/sign-in/links.ts');
  const entry: AuditEntry = {
    kind: 'sign-in',
    type: 'link-made',
    atUtc: new Date().toISOString(),
    by: { account: osAccount(), door: 'cli', asserted: true },
    facts: { person: name, makes: name === undefined ? 'the first administrator' : undefined },
  };
  const { console } = cli.config;
  const parts = { settings: console, ledger: cli.ledger, publicUrl: console.publicUrl, entry };
  const link = name === undefined ? await makeSetUpLink(parts) : await makePasswordLink(parts, name);
  if (!link) throw waybillError('WAYBILL_CONSOLE_HAS_ADMINISTRATOR', { who: await whyNone(cli) });
  const report: LinkReport = { ...link, for: name ?? null };
  if (cli.json) return cli.printJson(report);
  cli.print(`${link.url}\n`);
  const what = name === undefined ? 'becomes administrator' : `chooses the password of ${name}`;
  return cli.print(`Whoever opens it first ${what}. It works once, until ${cli.clock.moment(link.expiresAtUtc)}.`);
}

async function whyNone({ config, ledger }: Cli): Promise<string> {
  const { whoAdministers } = await import('../../console/sign-in/administrators.ts');
  return (await whoAdministers(config.console, ledger)) ?? 'nobody signs in with a password (console.localSignIn)';
}
