import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { S3_SERVER_NAME } from '../../sandbox/s3/find-versitygw.ts';
import { type PlatformName, platforms } from './platforms.ts';
import { stageProgram } from './stage-program.ts';
import { writeArchive } from './write-archive.ts';

interface Options {
  readonly platform: PlatformName;
  readonly out: string;
  readonly temporal?: string;
  readonly s3Server?: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const own: PlatformName = process.platform === 'win32' ? 'win-x64' : 'linux-x64';

/** One archive that needs no internet where it is unpacked: `npm run release -- --platform win-x64`. */
async function makeArchive({ platform: name, out, temporal, s3Server }: Options): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const platform = platforms[name];
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const work = await mkdtemp(path.join(tmpdir(), 'waybill-release-'));
  try {
    const folder = path.join(work, `waybill-${version}-${name}`);
    const servers = { ...(temporal && { temporal }), ...(s3Server && { [S3_SERVER_NAME]: s3Server }) };
    await stageProgram({ root, folder, platform, servers, report: say });
    await mkdir(out, { recursive: true });
    const file = path.join(path.resolve(out), `${path.basename(folder)}.${platform.archive}`);
    say('Packing …');
    const sha256 = await writeArchive(folder, file, platform);
    const { size } = await stat(file);
    say(`${file}\n  ${(size / 1_000_000).toFixed(0)} MB, SHA-256 ${sha256}`);
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

await new Command('release')
  .description('makes one archive with Node, Waybill and its libraries, that needs no internet where it is unpacked')
  .addOption(new Option('--platform <name>', 'what it is for').choices(Object.keys(platforms)).default(own))
  .option('--out <folder>', 'where the archive and its checksum go', 'dist')
  .option('--temporal <file>', "the program of Temporal's development server, for that platform")
  .option('--s3-server <file>', 'versitygw, for `waybill demo` and `waybill sandbox` on that platform')
  .action(makeArchive)
  .parseAsync();
