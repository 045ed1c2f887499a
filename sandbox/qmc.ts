import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { qmcCommands } from './qmc-commands.ts';

/** Where the command's output goes. */
export type Write = (text: string) => void;

/**
 * The command `qmc`: act on a sandbox site as people do in the QMC and the hub, through its control server.
 * Each answer is printed as JSON. Mount it under another command, or parse arguments with it.
 */
export function buildQmcCommand(write: Write): Command {
  const program = new Command('qmc')
    .description('Acts as a user on a sandbox site: publishes, approves, edits, reloads; sets faults; looks in')
    .requiredOption('--control <url>', 'address of the control server, e.g. http://127.0.0.1:4500')
    .option('--site <alias>', 'which site; may be left out when there is only one');
  for (const spec of qmcCommands) {
    const command = program.command(spec.usage).description(spec.description);
    for (const [flags, text] of spec.options ?? []) command.option(flags, text);
    command.action(async (...given: unknown[]) => {
      const positional = given.slice(0, -2).map(String);
      const options = given.at(-2) as Record<string, unknown>;
      const { control, site } = program.opts<{ control: string; site?: string }>();
      const request = spec.request(positional, options);
      const answer = await send(control, request, site);
      write(`${JSON.stringify(answer, null, 2)}\n`);
    });
  }
  return program;
}

async function send(control: string, request: QmcRequest, site: string | undefined): Promise<unknown> {
  const named: Record<string, string> = site === undefined ? {} : { site };
  const response =
    typeof request['look'] === 'string'
      ? await fetch(`${control}/${request['look']}?${new URLSearchParams(named).toString()}`)
      : await fetch(`${control}/act`, { method: 'POST', body: JSON.stringify({ ...named, ...request }) });
  const answer = (await response.json()) as unknown;
  if (!response.ok)
    throw new Error((answer as { error?: string }).error ?? `the control server answered ${response.status}`);
  return answer;
}

/** What goes to the control server: `{action, …}`, or `{look}` at state, events or requests. */
export type QmcRequest = Record<string, unknown>;

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) {
  buildQmcCommand((text) => void process.stdout.write(text))
    .parseAsync()
    .catch((error: unknown) => {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = 1;
    });
}
