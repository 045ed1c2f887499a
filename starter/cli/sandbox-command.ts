import path from 'node:path';
import type { Command } from 'commander';

/** `waybill sandbox`: Qlik sites, a mailbox and an object store to try Waybill on, on this machine. */
export function addSandboxCommand(program: Command): void {
  const sandbox = program
    .command('sandbox')
    .description('start stand-ins for Qlik sites, a mailbox and S3 on this machine')
    .option('--folder <path>', 'where certificates, apps and mails are kept', '.sandbox')
    .option('--sites <aliases>', 'sites to start, the source first', 'dev,test,prod')
    .option('--port <number>', 'first of the ports to use (default: any that are free)', Number)
    .option('--no-s3', 'without the S3 server')
    .option('--json', 'print the addresses as one JSON line')
    .addHelpText('after', EXAMPLES)
    .action(async (options: SandboxFlags) => {
      const { runSandbox } = await import('../demo/run-sandbox.ts');
      await runSandbox({ ...options, folder: path.resolve(options.folder), sites: options.sites.split(',') });
    });
  addQmcCommand(sandbox);
}

interface SandboxFlags {
  readonly folder: string;
  readonly sites: string;
  readonly port?: number;
  readonly s3: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  waybill sandbox                                  start it; the last lines say how to run Waybill on it
  waybill up --config .sandbox/waybill.yaml        run Waybill on it, in a second terminal
  waybill sandbox qmc --help                       act as a user of the QMC: publish, set properties, edit, reload …`;

/** Hands everything after `qmc` to the sandbox's own little command. */
function addQmcCommand(sandbox: Command): void {
  sandbox
    .command('qmc')
    .description('act as a user of the QMC of a sandbox site')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[words...]', 'what to do; `--help` lists it')
    .action(async (words: string[]) => {
      const { runQmc } = await import('../demo/run-qmc.ts');
      await runQmc(words);
    });
}
