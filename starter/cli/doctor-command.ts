import type { Command } from 'commander';
import { withCommonOptions, withSettings } from './cli-context.ts';
import { wantedChecks } from './doctor/options.ts';
import { reportOf, reportText } from './doctor/report.ts';
import { runDoctor } from './doctor/run-doctor.ts';

const SOMETHING_IS_BROKEN = 1;

interface Options {
  readonly only?: readonly string[];
  /** `--no-scratch` makes it false. */
  readonly scratch: boolean;
}

/** Adds `waybill doctor`: looks at everything that Waybill needs, and says of each fault what to do. */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description('look at everything that Waybill needs, and say of each fault what to do')
    .option('--only <check...>', 'only these checks, by id or by what ids begin with: site.tls, mail')
    .option('--no-scratch', 'write nothing at any site, and in no bucket; rights are not proven then')
    .addHelpText(
      'after',
      `
The checks of a site run in a worker, which has its certificates. Unless --no-scratch is given, a small app of each site
is exported and uploaded under a temporary name, changed, and deleted again; people do not see it.
Exit code: 0 nothing is broken, 1 something is.`,
    )
    .action((_options: unknown, command: Command) => doctor(command));
  withCommonOptions(command, ['doctor', 'doctor --no-scratch', 'doctor --only site.tls mail', 'doctor --json']);
}

async function doctor(command: Command): Promise<void> {
  const { only, scratch } = command.optsWithGlobals<Options>();
  const options = { only: wantedChecks(only), scratch };
  await withSettings(command, async (cli) => {
    const report = reportOf(await runDoctor(cli, options));
    if (cli.json) cli.printJson(report);
    else cli.print(reportText(cli, report));
    if (!report.ok) process.exitCode = SOMETHING_IS_BROKEN;
  });
}
