import type { Awaiting } from '../../ledger/awaiting.ts';
import type { DecideRequest, TargetChoice } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import { afterDecision, pausesOnTheWay, targetEffect, WAIT_FOR_RESUME } from '../../views/decision-effects.ts';
import { type PausedSite, readPaused } from '../../views/paused.ts';
import { pausedText } from './paused-text.ts';
import { plain } from '../../views/plain.ts';

/** What a decision would do, in words, as far as settings and ledger can tell. The worker has the last word. */
export async function decisionPreview(cli: Cli, app: Awaiting, request: DecideRequest): Promise<string> {
  const { paint, clock } = cli;
  const paused = pausesOnTheWay(await readPaused(cli.ledger), app.site, request.targets);
  const verb = request.verdict === 'approve' ? 'Approve' : 'Deny';
  const where = app.stream ? `, stream ${plain(app.stream)}` : '';
  const lines = [
    `${paint.bold(`${verb} ${plain(app.appName)}`)} of ${app.site}${where}`,
    `  owner ${plain(app.owner)}, waiting since ${clock.moment(app.waitingSinceUtc)} (${clock.ago(app.waitingSinceUtc)})`,
    ...request.targets.flatMap((target) => targetLines(cli, target)),
    `  ${afterDecision(cli.config, app, request.verdict)}`,
    `  decided by ${plain(request.by.account)}, the account of this machine: nobody proves that name, and the record says so`,
    ...pausedLines(cli, paused),
    ...(request.note ? [`  "${plain(request.note)}"`] : []),
  ];
  return lines.join('\n');
}

function pausedLines(cli: Cli, paused: readonly PausedSite[]): string[] {
  if (paused.length === 0) return [];
  return [...pausedText(cli, paused).split('\n'), WAIT_FOR_RESUME].map((line) => `  ${line}`);
}

function targetLines({ config, paint }: Cli, choice: TargetChoice): string[] {
  const { site } = choice;
  const accepts = config.targets[site]?.acceptAsserted ?? false;
  const refusal = `  ${site} takes no decision whose author nobody proved; this one will be refused`;
  return [`  ${site}: ${targetEffect(choice)}`, ...(accepts ? [] : [paint.red(refusal)])];
}
