import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Promotion } from '../../../ledger/promotions.ts';
import { exitCodeOf, errorText } from '../../../starter/cli/print-error.ts';
import { createProgram } from '../../../starter/cli/program.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { REP, startWorld, type World, type WorkerWorld, type WorldOptions, type Yaml } from '../../harness/world.ts';

/** What a command printed and ended with. */
export interface Ran {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

export interface CliWorld {
  readonly world: WorkerWorld;
  /** The configuration file. */
  readonly file: string;
  /** Runs `waybill <args>` with the world's configuration, as its main does. */
  run(...args: string[]): Promise<Ran>;
  /** As `run`, with JSON on stdout. */
  json<T>(...args: string[]): Promise<T>;
  /** Writes the configuration again, changed. */
  configure(change: (yaml: Yaml) => void): Promise<void>;
}

/** A world whose configuration also stands in a file, as the CLI reads it. */
export async function startCliWorld(options: WorldOptions = {}): Promise<CliWorld> {
  let written: Yaml = {};
  const world = await startWorld({
    ...options,
    change(yaml, alias) {
      options.change?.(yaml, alias);
      yaml['timeZone'] = 'Europe/Berlin';
      written = yaml;
    },
  });
  const file = path.join(world.folder, 'waybill.yaml');
  await writeFile(file, stringify(written));
  const run = (...args: string[]): Promise<Ran> => runCli([...args, '--config', file]);
  return {
    world,
    file,
    run,
    async json<T>(...args: string[]) {
      const { output, errors, exitCode } = await run(...args, '--json');
      if (output === '') throw new Error(`exit code ${exitCode}: ${errors}`);
      return JSON.parse(output) as T;
    },
    async configure(change) {
      change(written);
      await writeFile(file, stringify(written));
    },
  };
}

async function runCli(args: readonly string[]): Promise<Ran> {
  const printed = { output: '', errors: '' };
  const program = createProgram(
    {},
    {
      writeOut: (text) => (printed.output += text),
      writeErr: (text) => (printed.errors += text),
      getOutHasColors: () => false,
    },
  );
  process.exitCode = undefined;
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    printed.errors += errorText(error, false);
  }
  const exitCode = (process.exitCode as number | undefined) ?? 0;
  process.exitCode = undefined;
  return { ...printed, exitCode };
}

/** Publishes a new app of the rep to the stream Sales of `dev`, and waits until it waits for a decision. */
export async function publishAndWait(world: World, name: string, owner = REP): Promise<string> {
  const { actAs } = world.site('dev');
  const appId = actAs.createApp({ name, owner, dataSizeBytes: 20_000 });
  actAs.publish(appId, 'Sales');
  await waitFor('the app to wait for a decision', () => world.ledger.getAwaiting(world.alias('dev'), appId));
  return appId;
}

/** The latest promotion of an app of `dev`, once `isThere` says so. */
export async function promotionThat(
  world: World,
  appId: string,
  what: string,
  isThere: (promotion: Promotion) => boolean | Promise<boolean>,
): Promise<Promotion> {
  return waitFor(what, async () => {
    const [latest] = await world.ledger.listPromotions({ site: world.alias('dev'), appId });
    return latest && (await isThere(latest)) ? latest : undefined;
  });
}
