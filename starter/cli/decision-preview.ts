import type { Awaiting } from '../../ledger/awaiting.ts';
import type { DecideRequest, TargetChoice } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import { fateOfSource } from '../../views/fate-of-source.ts';
import { type PausedSite, readPaused } from '../../views/paused.ts';
import { pausedText } from './paused-text.ts';
import { plain } from '../../views/plain.ts';

/** What a decision would do, in words, as far as settings and ledger can tell. The worker has the last word. */
export async function decisionPreview(cli: Cli, app: Awaiting, request: DecideRequest): Promise<string> {
  const { paint, clock } = cli;
  const sites = [app.site, ...request.targets.map(({ site }) => site)];
  const paused = (await readPaused(cli.ledger)).filter(({ site }) => site === null || sites.includes(site));
  const verb = request.verdict === 'approve' ? 'Approve' : 'Deny';
  const where = app.stream ? `, stream ${plain(app.stream)}` : '';
  const lines = [
    `${paint.bold(`${verb} ${plain(app.appName)}`)} of ${app.site}${where}`,
    `  owner ${plain(app.owner)}, waiting since ${clock.moment(app.waitingSinceUtc)} (${clock.ago(app.waitingSinceUtc)})`,
    ...request.targets.flatMap((target) => targetLines(cli, target)),
    `  ${afterwards(cli, app, request.verdict)}`,
    `  decided by ${plain(request.by.account)}, the account of this machine: nobody proves that name, and the record says so`,
    ...pausedLines(cli, paused),
    ...(request.note ? [`  "${plain(request.note)}"`] : []),
  ];
  return lines.join('\n');
}

function pausedLines(cli: Cli, paused: readonly PausedSite[]): string[] {
  if (paused.length === 0) return [];
  return [...pausedText(cli, paused).split('\n'), 'Steps there wait until it is resumed.'].map((line) => `  ${line}`);
}

function targetLines({ config, paint }: Cli, { site, mode, streams }: TargetChoice): string[] {
  const names = streams.map((stream) => plain(stream)).join(', ');
  const what = mode === 'overwrite' ? 'replaces the app of this name, or adds it, in' : 'adds another app to';
  const accepts = config.targets[site]?.acceptAsserted ?? false;
  const refusal = `  ${site} takes no decision whose author nobody proved; this one will be refused`;
  return [`  ${site}: ${what} ${names}`, ...(accepts ? [] : [paint.red(refusal)])];
}

function afterwards({ config }: Cli, { site, owner }: Awaiting, verdict: DecideRequest['verdict']): string {
  const first = verdict === 'deny' ? 'nothing is promoted, and' : 'when every target has it,';
  return `${first} ${fateOfSource(config, site, owner)}`;
}
