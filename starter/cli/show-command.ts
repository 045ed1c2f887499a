import type { Command } from 'commander';
import { withCli, withCommonOptions } from './cli-context.ts';
import { findApp } from '../../views/find-app.ts';
import { readPaused } from '../../views/paused.ts';
import { pausedText } from './paused-text.ts';
import { readStory } from '../../views/promotion-story.ts';
import { timeline } from './timeline.ts';

interface ShowOptions {
  readonly site?: string;
  readonly attempts?: boolean;
}

/** Adds `waybill show`: everything that the ledger knows of an app's promotion. It works when Temporal is down. */
export function addShowCommand(program: Command): void {
  const command = program
    .command('show')
    .description('tell what happened to an app: who decided, which bytes went where, what is stuck')
    .argument('<app>', "an app's name or id, or a promotion's key")
    .option('--site <alias>', 'the source site, where several have an app of this name')
    .option('--attempts', 'list every attempt of every step, with duration, bytes and error')
    .action((what: string, _options: unknown, command: Command) => show(command, what));
  withCommonOptions(command, [
    'show "Sales Overview"',
    'show k3v5q2m7aaaa4xyz --attempts',
    'show "Sales Overview" --json',
  ]);
}

async function show(command: Command, what: string): Promise<void> {
  const { site, attempts = false } = command.optsWithGlobals<ShowOptions>();
  await withCli(command, async (cli) => {
    const story = await readStory(cli.ledger, cli.config, await findApp(cli, what, site));
    const paused = await readPaused(cli.ledger);
    if (cli.json) cli.printJson({ ...story, paused });
    else
      cli.print([pausedText(cli, paused), timeline(cli, story, attempts)].filter((text) => text !== '').join('\n\n'));
  });
}
