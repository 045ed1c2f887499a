import type { Command } from 'commander';
import { waybillError } from '../../common/errors/catalogue.ts';
import { osAccount } from '../../config/os-account.ts';
import type { ResolveAction, ResolveRequest } from '../../workflows/contract.ts';
import { askYes } from './ask-yes.ts';
import { type Cli, withCli, withCommonOptions } from './cli-context.ts';
import { type Aim, findAim } from '../../views/find-aim.ts';
import { findApp, type Found } from '../../views/find-app.ts';
import { leaveBehind } from '../../views/leave-behind.ts';
import { addTimeoutOption } from './order-options.ts';
import { plain } from '../../views/plain.ts';
import { withPromotionMeant } from '../../views/promotion-meant.ts';
import { orderTaken } from '../../views/order-words.ts';
import { type GivenOrder, giveOrder } from '../../temporal/give-order.ts';

interface ResolveOptions {
  readonly target?: string;
  readonly site?: string;
  readonly note?: string;
  readonly choose?: readonly string[];
  readonly yes?: boolean;
  readonly timeout: number;
}

/**
 * What an order was given to: the JSON of `waybill retry`, `skip` and `abort` with `--json`. Fields are added to it,
 * never renamed or removed.
 */
export interface OrderReport {
  readonly action: ResolveAction;
  readonly promotionKey: string | null;
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  /** Null: the promotion's own step. */
  readonly target: string | null;
  readonly accepted: boolean;
  /** What it was doing when the order came. */
  readonly state: string;
  /** Its workflow was gone and was started again from the ledger. */
  readonly restarted: boolean;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Adds `waybill retry`, `waybill skip` and `waybill abort`: what an operator can do to one target. */
export function addResolveCommands(program: Command): void {
  const retry = program
    .command('retry')
    .description('try a stuck step again now, after its cause is mended or a choice is made')
    .option('--choose <app id...>', 'the apps to replace where several bear the name, or all');
  addOrder(retry, 'retry', [
    'retry "Sales Overview"',
    'retry k3v5q2m7aaaa4xyz --target prod',
    'retry k3v5q2m7aaaa4xyz --target prod --choose 3f2a6b1c-0d4e-4f5a-8b6c-7d8e9f0a1b2c',
  ]);
  const skip = program.command('skip').description('do without one target; the others go on');
  addOrder(skip, 'skip', ['skip k3v5q2m7aaaa4xyz --target prod --note "prod is rebuilt this week"']);
  const abort = program
    .command('abort')
    .description('end a delivery or a promotion and leave the source as it is')
    .addHelpText('after', '\nThe promotion as a whole is meant before its deliveries begin and after they have ended.');
  addOrder(abort, 'abort', ['abort "Sales Overview" --target prod', 'abort k3v5q2m7aaaa4xyz --yes']);
}

function addOrder(command: Command, action: ResolveAction, examples: readonly string[]): void {
  command
    .argument('<app>', "a promotion's key, or an app's name or id")
    .option('--target <alias>', 'the target; not needed where one alone is stuck')
    .option('--site <alias>', 'the source site, where several have an app of this name')
    .option('--note <text>', 'why; it is recorded')
    .option('-y, --yes', 'do not ask')
    .action((what: string, _options: unknown, command: Command) => order(command, what, action));
  withCommonOptions(addTimeoutOption(command), examples);
}

async function order(command: Command, what: string, action: ResolveAction): Promise<void> {
  const options = command.optsWithGlobals<ResolveOptions>();
  await withCli(command, async (cli) => {
    const found = await withPromotionMeant(cli.ledger, await findApp(cli, what, options.site), options.target);
    const aim = await findAim(cli.ledger, found, action, options.target);
    const chosen = chosenApps(options.choose);
    if (action === 'skip' && aim.target === undefined) throw notSkippable(found);
    if (action !== 'retry') {
      const { what, lines } = leaveBehind(cli.config, action, found, aim);
      const title = `${what} ${cli.paint.bold(plain(found.appName))}`;
      cli.remark([title, ...lines.map((line) => `  - ${line}`)].join('\n'));
      await askYes(action === 'skip' ? 'Skip it?' : 'Abort it?', options.yes ?? false);
    }
    const by = { account: osAccount(), door: 'cli', asserted: true } as const;
    const request: ResolveRequest = { action, by, note: options.note, chooseAppIds: chosen };
    tell(cli, action, found, aim, await send(cli, found, aim, request, options.timeout));
  });
}

function send(cli: Cli, found: Found, aim: Aim, request: ResolveRequest, timeoutMs: number): Promise<GivenOrder> {
  const { site, appId } = found;
  const what = aim.promotion?.promotionKey ?? appId;
  const { workflowId, step } = aim;
  const addressee = { app: { site, appId }, workflowId, isWaiting: aim.promotion === undefined, step };
  return giveOrder({ config: cli.config, timeoutMs, what, site: aim.target ?? site }, addressee, request);
}

function tell(cli: Cli, action: ResolveAction, found: Found, aim: Aim, sent: GivenOrder): void {
  const { site, appId, appName } = found;
  const promotionKey = aim.promotion?.promotionKey ?? null;
  if (cli.json) {
    const target = aim.target ?? null;
    const report: OrderReport = { action, promotionKey, site, appId, appName, target, ...sent };
    cli.printJson(report);
    return;
  }
  const where = aim.target ? `${plain(appName)} to ${aim.target}` : plain(appName);
  cli.print(`${where}: ${cli.paint.green(orderTaken(action, { ...sent, isWaiting: aim.promotion === undefined }))}.`);
  cli.print(`Look with: waybill show ${promotionKey ?? appId}`);
}

function chosenApps(choose: readonly string[] | undefined): string[] | undefined {
  const chosen = choose?.map((text) => text.trim().toLowerCase());
  const wrong = chosen?.find((text) => text !== 'all' && !guid.test(text));
  if (wrong === undefined) return chosen;
  const advice = 'Give the id of the app at the target, as the trouble names it, or the word all.';
  throw waybillError('WAYBILL_CLI_USAGE', { reason: `"${wrong}" is no id of an app`, advice });
}

function notSkippable({ appName }: Found): Error {
  const reason = `it is a step of the promotion of "${appName}" itself, and only a target can be done without`;
  return waybillError('WAYBILL_CLI_USAGE', { reason, advice: 'Retry it or abort it.' });
}
