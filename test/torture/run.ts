import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { startSharedServer } from '../harness/shared-server.ts';
import { playSeeds } from './play-seeds.ts';
import { summary } from './report.ts';
import { openStage } from './stage.ts';

interface Options {
  readonly minutes?: number;
  readonly runs?: number;
  readonly seed?: number;
  readonly path?: string;
  readonly parallel: number;
  readonly shrink: number;
  readonly keepGoing?: boolean;
  readonly keep?: string;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const options = readOptions();
process.exitCode = await torture(options);

function readOptions(): Options {
  const whole = (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number.');
    return number;
  };
  const minutes = (text: string): number => {
    const number = Number(text);
    if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
    return number;
  };
  return new Command('npm run torture --')
    .description('Plays random stories of people, faults and kills, and holds what is left behind against the rules.')
    .option('--minutes <n>', 'begin no story after so many minutes', minutes)
    .option('--runs <n>', 'play so many stories; 1 where neither this nor --minutes is given', whole)
    .option('--seed <n>', 'the first seed; the next stories have the next ones. When not given: any', whole)
    .option('--path <path>', 'play the smaller story of the seed that a failure named', String)
    .option('--parallel <n>', 'play so many stories at once', whole, 2)
    .option('--shrink <seconds>', 'make a failing story smaller for so long; 0: not at all', whole, 180)
    .option('--keep-going', 'play on after a failure')
    .option(
      '--keep <folder>',
      'write what a failing story left behind there: the facts that the checker read, and the log',
    )
    .parse()
    .opts<Options>();
}

/** The exit code: 1 when a story broke a rule, 2 when none could be played. */
async function torture({ seed = randomInt(2 ** 31), ...wanted }: Options): Promise<number> {
  const server = await startSharedServer();
  if (server.problem !== '') {
    print(`There is no Temporal server: ${server.problem}`);
    await server.stop();
    return 2;
  }
  const stage = await openStage(server.address, print);
  try {
    const { minutes, runs = minutes === undefined ? 1 : Number.POSITIVE_INFINITY, path, parallel, shrink } = wanted;
    const forMs = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000;
    const { keepGoing = false, keep } = wanted;
    const wish = { seed, runs, forMs, parallel, path, shrinkMs: shrink * 1000, keepGoing, keepIn: keep };
    const played = await playSeeds(wish, stage, print);
    print(summary(seed, played));
    if (played.broken.length > 0) return 1;
    return played.unplayed > 0 ? 2 : 0;
  } finally {
    await stage.close();
    await server.stop();
  }
}
