import path from 'node:path';
import { Argument, type Command } from 'commander';

/** `waybill demo`: one promotion from publish to result, live in the terminal. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('see one promotion, or one alert, happen: all that it needs and Waybill on this machine')
    .addArgument(new Argument('[story]', 'what to see').choices(['promotion', 'alerts']).default('promotion'))
    .option('--once', 'end when the story has ended, instead of staying up')
    .option('--folder <path>', 'where everything is kept; made anew at each start', '.sandbox/demo')
    .option('--data-size <megabytes>', 'size of the app that is promoted', Number, 40)
    .addHelpText(
      'after',
      '\nExamples:\n  waybill demo                  then stays up: open the links it prints\n  waybill demo --once           for a quick look\n  waybill demo alerts --once    a failed reload in Qlik Cloud reaches mail, Slack and Teams',
    )
    .action(async (story: string, options: { once?: boolean; folder: string; dataSize: number }) => {
      const { once = false, dataSize } = options;
      const folder = path.resolve(options.folder);
      if (story === 'alerts') {
        const { runAlertDemo } = await import('../demo/run-alert-demo.ts');
        return runAlertDemo({ once, folder });
      }
      const { runDemo } = await import('../demo/run-demo.ts');
      return runDemo({ once, folder, dataSizeBytes: dataSize * 1_000_000 });
    });
}
