import path from 'node:path';
import type { Command } from 'commander';

/** `waybill demo`: one promotion from publish to result, live in the terminal. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('see one promotion happen: sites, mailbox, S3, Temporal and Waybill on this machine')
    .option('--once', 'end when the promotion has ended, instead of staying up')
    .option('--folder <path>', 'where everything is kept; made anew at each start', '.sandbox/demo')
    .option('--data-size <megabytes>', 'size of the app that is promoted', Number, 40)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill demo           then stays up: open the links it prints\n  waybill demo --once    for a quick look',
    )
    .action(async (options: { once?: boolean; folder: string; dataSize: number }) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      const { once = false, dataSize } = options;
      await runDemo({ once, folder: path.resolve(options.folder), dataSizeBytes: dataSize * 1_000_000 });
    });
}
