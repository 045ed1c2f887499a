import type { Command } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { sourceOf } from '../../config/lookup.ts';
import { osAccount } from '../../config/os-account.ts';
import type { TemporalClient } from '../../temporal/connect.ts';
import type { TargetChoice } from '../../workflows/contract.ts';
import { askYes } from './ask-yes.ts';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { plain, sameName } from './plain.ts';
import { targetText } from './record-line.ts';
import type { AppMemoryOfRecord } from './recorded-shapes.ts';
import { nudge, withTemporal } from './send-order.ts';
import { table } from './table.ts';

interface AdoptOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** A decision that stood before the first start. Times are the site's own clock; what is not known is null. */
export interface StandingDecision {
  readonly appId: string;
  readonly appName: string | null;
  readonly owner: string | null;
  readonly stream: string | null;
  readonly verdict: 'approve' | 'deny';
  readonly targets: readonly TargetChoice[];
  readonly decidedBy: string | null;
  readonly decidedAtUtc: string | null;
}

/** The JSON of `waybill adopt --json`. Fields are added to it, never renamed or removed. */
export interface AdoptReport {
  readonly site: string;
  readonly dryRun: boolean;
  /** Everything that stood and was not taken up before this call. */
  readonly standing: readonly StandingDecision[];
  /** Ids of the apps that were taken up, or would be. */
  readonly adopted: readonly string[];
}

/** Adds `waybill adopt`: the first start acts on nothing older than itself, unless somebody takes it up. */
export function addAdoptCommand(program: Command): void {
  const command = program
    .command('adopt')
    .description('list decisions that stood on a site before the first start, and take them up when asked to')
    .argument('<site>', 'the source site')
    .argument('[app...]', 'names or ids of the apps whose decision is taken up; none: only list')
    .option('--all', 'take up every one')
    .option('--dry-run', 'say what would be taken up, and do nothing')
    .option('-y, --yes', 'do not ask')
    .action((site: string, apps: string[], _options: unknown, command: Command) => adopt(command, site, apps));
  withCommonOptions(command, ['adopt dev', 'adopt dev "Sales Overview"', 'adopt dev --all --dry-run']);
}

async function adopt(command: Command, site: string, names: readonly string[]): Promise<void> {
  const { all = false, dryRun = false, yes = false } = command.optsWithGlobals<AdoptOptions>();
  await withCli(command, async (cli) => {
    sourceOf(cli.config, site);
    const standing = await standingDecisions(cli, site);
    const meant = all ? standing : names.flatMap((name) => meantBy(name, standing));
    if (!cli.json) cli.print(listText(cli, site, standing));
    const acts = meant.length > 0 && !dryRun;
    if (acts) {
      await askYes(`Take up ${meant.map(nameOf).join(', ')}?`, yes);
      await takeUp(cli, site, meant);
    }
    report(cli, site, standing, meant, dryRun);
  });
}

async function standingDecisions({ ledger }: Cli, site: string): Promise<StandingDecision[]> {
  const memories = await ledger.listAppMemories<AppMemoryOfRecord>(site);
  return memories.flatMap(({ appId, memory: { remembered, standing } }) => {
    if (!remembered?.baseline) return [];
    const { appName = null, owner = null, streamName = null, decidedBy = null, decidedAtUtc = null } = standing ?? {};
    const { verdict, targets } = remembered;
    return [{ appId, appName, owner, stream: streamName, verdict, targets, decidedBy, decidedAtUtc }];
  });
}

function meantBy(name: string, standing: readonly StandingDecision[]): StandingDecision[] {
  const found = standing.filter((one) => sameName(one.appId, name) || sameName(one.appName ?? '', name));
  if (found.length === 0) {
    throw waybillError('WAYBILL_CLI_NOT_FOUND', {
      what: name,
      hint: ' with a decision that stood before the first start.',
    });
  }
  if (found.length === 1) return found;
  const choices = found.map((one) => `  ${one.appId}  ${nameOf(one)}  owner ${plain(one.owner ?? 'not known')}`);
  throw waybillError('WAYBILL_CLI_AMBIGUOUS', { what: name, count: found.length, choices: choices.join('\n') });
}

/**
 * Temporal is reached first, so that nothing is written that nobody acts on. The decision is forgotten and counts as
 * new; without a digest the next sweep brings it up again, should the nudge be lost.
 */
async function takeUp({ config, ledger }: Cli, site: string, meant: readonly StandingDecision[]): Promise<void> {
  await withTemporal({ config }, async (temporal: TemporalClient) => {
    for (const { appId } of meant) {
      await ledger.updateAppMemory<AppMemoryOfRecord>(site, appId, (memory) => {
        if (!memory?.remembered?.baseline) return { ...memory };
        const { remembered: _remembered, digest: _digest, ...rest } = memory;
        return { ...rest, adopted: true };
      });
      const atUtc = new Date().toISOString();
      const facts = { by: { account: osAccount(), door: 'cli', asserted: true } };
      await ledger.record({
        promotionKey: `${site}.${appId}`,
        seq: 'adopted',
        type: 'adopted',
        atUtc,
        site,
        appId,
        facts,
      });
      await nudge(temporal, config, { site, appId });
    }
  });
}

function listText(cli: Cli, site: string, standing: readonly StandingDecision[]): string {
  if (standing.length === 0) return `No decision of ${site} stood before the first start, or all were taken up.`;
  const rows = standing.map((one) => ({
    cells: [
      cli.paint.bold(nameOf(one)),
      one.verdict,
      plain(one.decidedBy ?? '–'),
      one.decidedAtUtc ? cli.clock.moment(one.decidedAtUtc) : '–',
      one.targets.map((target) => targetText(target)).join('; ') || '–',
      cli.paint.dim(one.appId),
    ],
  }));
  const title = cli.paint.bold(`Decisions of ${site} that stood before the first start (${standing.length})`);
  return `${title}\n${table(cli, ['APP', 'DECISION', 'BY', 'AT', 'TARGETS', 'ID'], rows)}`;
}

function nameOf({ appName, appId }: StandingDecision): string {
  return appName ? plain(appName) : appId;
}

function report(
  cli: Cli,
  site: string,
  standing: readonly StandingDecision[],
  meant: readonly StandingDecision[],
  dryRun: boolean,
): void {
  if (cli.json) {
    const document: AdoptReport = { site, dryRun, standing, adopted: meant.map(({ appId }) => appId) };
    cli.printJson(document);
    return;
  }
  const names = meant.map(nameOf).join(', ');
  if (meant.length === 0 && standing.length > 0) cli.print('Nothing was taken up. Name apps, or add --all.');
  else if (meant.length > 0 && dryRun) cli.print(`Would be taken up: ${names}. Nothing was done.`);
  else if (meant.length > 0) cli.print(`Taken up: ${names}. Look with: waybill list`);
}
