import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { sourceOf } from '../../config/lookup.ts';
import { osAccount } from '../../config/os-account.ts';
import type { Awaiting } from '../../ledger/awaiting.ts';
import type { DecideRequest, TargetChoice } from '../../workflows/contract.ts';
import { askYes } from './ask-yes.ts';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { decisionPreview } from './decision-preview.ts';
import { findWaiting } from '../../views/find-app.ts';
import { type Followed, followPromotion } from './follow-promotion.ts';
import { addTimeoutOption } from './order-options.ts';
import { parseTargets } from './parse-target.ts';
import { plain } from '../../views/plain.ts';
import { sendDecision } from '../../temporal/send-order.ts';

type Verdict = DecideRequest['verdict'];

interface DecideOptions {
  readonly to?: readonly string[];
  readonly stream?: readonly string[];
  readonly site?: string;
  readonly note?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

/**
 * What was decided, or would be: the JSON of `waybill approve --json` and `waybill deny --json`. Fields are added to
 * it, never renamed or removed. With `--wait`, `state` is the one that the promotion ended in.
 */
export interface DecisionReport {
  readonly dryRun: boolean;
  readonly verdict: Verdict;
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly targets: readonly TargetChoice[];
  readonly account: string;
  readonly note: string | null;
  readonly promotionKey: string | null;
  readonly state: string | null;
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** Adds `waybill approve`: the decision of whoever runs the command, whose name nobody proves. */
export function addApproveCommand(program: Command): void {
  const command = program
    .command('approve')
    .description('approve an app that waits for a decision')
    .argument('<app>', "an app's name or id")
    .option('--to <target:mode>', 'where to and how, as in test:Overwrite; once for each target', collect)
    .option('--stream <name>', 'stream at the targets, by name or as id:<guid>; once for each stream', collect)
    .action((what: string, _options: unknown, command: Command) => decide(command, what, 'approve'));
  addDecideOptions(command, [
    'approve "Sales Overview" --to test:Overwrite --stream Sales',
    'approve "Sales Overview" --to test:Overwrite --to prod:Duplicate --stream Sales --stream Finance --dry-run',
    'approve 3f2a6b1c-0d4e-4f5a-8b6c-7d8e9f0a1b2c --to test:Overwrite --stream Sales --yes --wait',
  ]);
}

/** Adds `waybill deny`. */
export function addDenyCommand(program: Command): void {
  const command = program
    .command('deny')
    .description('deny an app that waits for a decision')
    .argument('<app>', "an app's name or id")
    .action((what: string, _options: unknown, command: Command) => decide(command, what, 'deny'));
  addDecideOptions(command, [
    'deny "Sales Overview" --note "The figures of May are missing."',
    'deny "Sales Overview" --dry-run',
  ]);
}

function addDecideOptions(command: Command, examples: readonly string[]): void {
  command
    .option('--site <alias>', 'the source site, where several have an app of this name')
    .option('--note <text>', 'a note that is recorded and mailed with the decision')
    .option('-y, --yes', 'do not ask')
    .addOption(new Option('--dry-run', 'say what would happen, and do nothing').conflicts('wait'))
    .option('--wait', 'follow it until it has ended; Ctrl-C leaves it running');
  withCommonOptions(addTimeoutOption(command), examples);
}

async function decide(command: Command, what: string, verdict: Verdict): Promise<void> {
  const options = command.optsWithGlobals<DecideOptions>();
  await withCli(command, async (cli) => {
    if (options.site !== undefined) sourceOf(cli.config, options.site);
    const app = await findWaiting(cli, what, options.site);
    const written = { to: options.to ?? [], streams: options.stream ?? [] };
    const request: DecideRequest = {
      decisionId: randomUUID(),
      verdict,
      by: { account: osAccount(), door: 'cli', asserted: true },
      targets: verdict === 'approve' ? parseTargets(cli.config, app.site, written) : [],
      note: options.note,
    };
    cli.remark(await decisionPreview(cli, app, request));
    if (options.dryRun) {
      report(cli, app, request, { dryRun: true });
      return;
    }
    await askYes(verdict === 'approve' ? 'Approve it?' : 'Deny it?', options.yes ?? false);
    await carryOut(cli, app, request, options);
  });
}

async function carryOut(cli: Cli, app: Awaiting, request: DecideRequest, options: DecideOptions): Promise<void> {
  const { config } = cli;
  const { promotionKey } = await sendDecision(
    { config, timeoutMs: options.timeout, what: app.appId, site: app.site },
    { site: app.site, appId: app.appId },
    request,
  );
  cli.remark(cli.paint.green(`${done(request.verdict)}; it is promotion ${promotionKey}.`));
  if (!options.wait) {
    cli.remark(`Follow it with: waybill show ${promotionKey}`);
    report(cli, app, request, { dryRun: false, promotionKey, state: 'decided' });
    return;
  }
  const followed = await followPromotion(cli, promotionKey);
  report(cli, app, request, { dryRun: false, promotionKey, state: followed.state });
  process.exitCode = exitCodeOf(followed, request.verdict);
}

function done(verdict: Verdict): string {
  return verdict === 'approve' ? 'Approved' : 'Denied';
}

/** As asked: 0. Interrupted: as shells count it. Anything else that it ended in: 1. */
function exitCodeOf({ state, interrupted }: Followed, verdict: Verdict): number {
  if (interrupted) return 130;
  return state === (verdict === 'approve' ? 'promoted' : 'denied') ? 0 : 1;
}

function report(
  cli: Cli,
  app: Awaiting,
  request: DecideRequest,
  result: { dryRun: boolean; promotionKey?: string; state?: string },
): void {
  if (!cli.json) {
    if (result.dryRun) cli.print(`Nothing was done: ${plain(app.appName)} still waits.`);
    return;
  }
  const document: DecisionReport = {
    dryRun: result.dryRun,
    verdict: request.verdict,
    site: app.site,
    appId: app.appId,
    appName: app.appName,
    targets: request.targets,
    account: request.by.account,
    note: request.note ?? null,
    promotionKey: result.promotionKey ?? null,
    state: result.state ?? null,
  };
  cli.printJson(document);
}
