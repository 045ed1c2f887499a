import type { Command } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { siteOf } from '../../config/lookup.ts';
import { osAccount } from '../../config/os-account.ts';
import { EVERY_SITE, type PausedBy } from '../../ledger/pauses.ts';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { type PausedSite, readPaused, toPausedSite } from '../../views/paused.ts';
import { pausedText } from './paused-text.ts';
import { plain } from '../../views/plain.ts';

const ALL = 'all';

/** The JSON of `waybill pause` and `waybill resume` with `--json`. Fields are added to it, never renamed or removed. */
export interface PauseReport {
  /** False where it was so before. */
  readonly changed: boolean;
  /** All that is paused after the command. */
  readonly paused: readonly PausedSite[];
}

/**
 * Adds `waybill pause` and `waybill resume`: nothing new is begun at a site, and nothing is lost. They write to the
 * ledger alone, so that they work when Temporal or a site is down.
 */
export function addPauseCommands(program: Command): void {
  const pause = program
    .command('pause')
    .description('begin nothing new at a site, or at all of them; what runs goes on to its end, and nothing is lost')
    .argument('[site]', `a site, or ${ALL}; none: only tell what is paused`)
    .option('--why <text>', 'the reason; everybody who asks is told it')
    .action((site: string | undefined, _options: unknown, command: Command) => runPause(command, site));
  withCommonOptions(pause, ['pause test --why "moving to a new server"', 'pause all --why "release night"', 'pause']);
  const resume = program
    .command('resume')
    .description('go on at a site that is paused, or at all of them')
    .argument('<site>', `a site, or ${ALL}`)
    .action((site: string, _options: unknown, command: Command) => runResume(command, site));
  withCommonOptions(resume, ['resume test', 'resume all']);
}

async function runPause(command: Command, site: string | undefined): Promise<void> {
  const { why } = command.opts<{ why?: string }>();
  await withCli(command, async (cli) => {
    if (site === undefined) return report(cli, false, await readPaused(cli.ledger));
    const text = why?.trim();
    if (!text)
      throw waybillError('WAYBILL_CLI_USAGE', {
        reason: 'no reason is given',
        advice: 'Give one with --why "…": whoever asks why nothing goes on is told it.',
      });
    const pause = await cli.ledger.pauseSite({ site: placeOf(cli, site), why: text, by: whoRuns() });
    if (!cli.json && !pause.isNew) cli.print(`It was paused before:\n${pausedText(cli, [toPausedSite(pause)])}`);
    report(cli, pause.isNew, await readPaused(cli.ledger));
    if (pause.isNew) cli.remark(`What runs goes on to its end. To go on: waybill resume ${site}`);
  });
}

/** @throws WAYBILL_SITE_PAUSED_WITH_ALL */
async function runResume(command: Command, site: string): Promise<void> {
  await withCli(command, async (cli) => {
    const place = placeOf(cli, site);
    const ended = await cli.ledger.resumeSite({ site: place, by: whoRuns() });
    const held = place === EVERY_SITE ? undefined : await cli.ledger.pauseOf(place);
    if (held) {
      const { by, why } = held;
      throw waybillError('WAYBILL_SITE_PAUSED_WITH_ALL', { site, account: by.account, why });
    }
    if (!cli.json) for (const one of ended) cli.print(`Resumed: ${nameOf(toPausedSite(one))}`);
    if (!cli.json && ended.length === 0)
      cli.print(`${nameOf({ site: place === EVERY_SITE ? null : place })} was not paused.`);
    report(cli, ended.length > 0, await readPaused(cli.ledger));
  });
}

function report(cli: Cli, changed: boolean, paused: readonly PausedSite[]): void {
  if (cli.json) cli.printJson({ changed, paused } satisfies PauseReport);
  else cli.print(paused.length > 0 ? pausedText(cli, paused) : 'Nothing is paused.');
}

/** @throws WAYBILL_CONFIG_UNKNOWN_SITE */
function placeOf({ config }: Cli, site: string): string {
  if (site === ALL) return EVERY_SITE;
  siteOf(config, site);
  return site;
}

function nameOf({ site }: Pick<PausedSite, 'site'>): string {
  return site === null ? 'every site' : plain(site);
}

function whoRuns(): PausedBy {
  return { account: osAccount(), door: 'cli', asserted: true };
}
