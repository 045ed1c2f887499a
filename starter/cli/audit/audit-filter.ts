import { type Command, Option } from 'commander';
import { auditKinds, type AuditKind } from '../../../ledger/audit-kinds.ts';
import type { AuditFilter } from '../../../ledger/audit.ts';
import { findApp } from '../../../views/find-app.ts';
import type { Cli } from '../cli-context.ts';
import { beginOf, endOf } from './point-in-time.ts';

interface FilterOptions {
  readonly site?: string;
  readonly app?: string;
  readonly account?: string;
  readonly kind?: AuditKind[];
  readonly event?: string[];
  readonly promotion?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

/** Adds the options that say which entries are meant; all that are given must hold. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--site <alias>', 'only what happened at this site')
    .option('--app <app>', 'only this app: its name, its id, or the id of an app at a target')
    .option('--account <account>', 'only what this account did, as in DOMAIN\\user')
    .addOption(new Option('--kind <kind...>', 'only these kinds').choices([...auditKinds]))
    .option('--event <event...>', 'only these events, as in approve or replaced')
    .option('--promotion <key>', 'only this promotion')
    .option('--from <time>', 'from this day or time on, as in 2026-11-21 or "2026-11-21 14:30"')
    .option('--to <time>', 'until this day, all of it, or until this time')
    .option('--text <text>', 'only where names, ids or reasons contain this');
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The filter that the options mean; days and times are those of the reader's zone.
 * @throws WAYBILL_CLI_USAGE, WAYBILL_CLI_NOT_FOUND, WAYBILL_CLI_AMBIGUOUS
 */
export async function readFilter(command: Command, cli: Cli): Promise<AuditFilter> {
  const { site, app, account, kind, event, promotion, from, to, text } = command.optsWithGlobals<FilterOptions>();
  const { zone } = cli.clock;
  return {
    site,
    appId: app === undefined || guid.test(app) ? app?.toLowerCase() : (await findApp(cli, app)).appId,
    account,
    kinds: kind,
    types: event,
    promotionKey: promotion,
    fromUtc: from === undefined ? undefined : beginOf('--from', from, zone),
    toUtc: to === undefined ? undefined : endOf('--to', to, zone),
    text: text?.trim() === '' ? undefined : text,
  };
}
