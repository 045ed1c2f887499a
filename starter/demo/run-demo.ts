import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { furnishCompany, MANAGER, REP, type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { connectTemporal } from '../../temporal/connect.ts';
import { addDemoPeople } from './demo-people.ts';
import { freePorts } from './free-ports.ts';
import { followPromotion } from './follow-promotion.ts';
import { sandboxConfig } from './sandbox-config.ts';
import { tellOutcome } from './tell-outcome.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { startUp, type UpProcess } from './up-process.ts';

export interface RunDemoOptions {
  readonly once: boolean;
  readonly folder: string;
  readonly dataSizeBytes: number;
}

const APP = 'Sales Overview';
const MAIL_TIMEOUT_MS = 60_000;

/**
 * The whole story on one machine, in real processes: a rep publishes, the manager is mailed and approves in the QMC,
 * the app reaches its targets. Everything in `folder` is made anew. Sets the exit code when a target is not verified.
 */
export async function runDemo(options: RunDemoOptions): Promise<void> {
  await rm(options.folder, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(options.folder, { recursive: true });
  say('Starting Qlik sites dev, test and prod, a mailbox and an S3 server …');
  const sandbox = await openSandbox(path.join(options.folder, 'sandbox'));
  let waybill: UpProcess | undefined;
  try {
    furnishCompany(sandbox);
    const standing = putOldApp(sandbox);
    const config = path.join(options.folder, 'waybill.yaml');
    const [listener = 0, temporal = 0, temporalUi = 0, console = 0] = await freePorts(4);
    const ports = { listener, temporal, temporalUi, console };
    await writeFile(config, sandboxConfig({ sandbox, dataFolder: path.join(options.folder, 'data'), ports }));
    const people = await addDemoPeople((await loadConfig(config)).ledger.file);
    say('Starting Temporal, the worker and the listener …');
    waybill = await startUp(config, say);
    await tellStory(sandbox, config, standing, options);
    if (!options.once) {
      say(`\nIt all stays up: open the console at ${(await loadConfig(config)).console.publicUrl} and sign in as`);
      for (const { name, password, what } of people) say(`  ${name.padEnd(5)} ${password}   ${what}`);
      say('Both were added to the ledger of the demo alone, with passwords made for it. Act as a user of the QMC with');
      say(`  npm run waybill -- sandbox qmc --control ${sandbox.control.url} --site dev --help`);
      say(`Waybill's own view:  npm run waybill -- list --config ${path.relative(process.cwd(), config)}`);
      say('Ctrl-C ends it.');
      await untilInterrupted();
    }
  } finally {
    await waybill?.stop();
    await sandbox.close();
  }
}

async function tellStory(
  sandbox: Sandbox,
  configFile: string,
  standing: string,
  options: RunDemoOptions,
): Promise<void> {
  const config = await loadConfig(configFile);
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const { client, close } = await connectTemporal({ config });
  try {
    const dev = siteOf(sandbox, 'dev');
    const appId = dev.actAs.createApp({ name: APP, owner: REP, dataSizeBytes: options.dataSizeBytes });
    say(`\nAnna, a sales rep, publishes "${APP}" to the stream Sales on dev.`);
    dev.actAs.publish(appId, 'Sales');
    const alert = await sandbox.inbox.waitFor((mail) => mail.subject.includes('published to'), MAIL_TIMEOUT_MS);
    say(`Bert, her manager, gets a mail: ${alert.subject}`);
    say('He approves in the QMC: test - Overwrite, prod - Duplicate; streams Sales and Finance.\n');
    dev.actAs.setProperties(appId, MANAGER, {
      PromoteToServer: ['test - Overwrite', 'prod - Duplicate'],
      PromoteToStream: ['Sales', 'Finance'],
      PromotionApproval: ['Approve'],
    });
    const promotion = await followPromotion({ ledger, client, appId, say });
    await tellOutcome({ sandbox, config, ledger, promotion, standing, say });
  } finally {
    await close();
    await ledger.close();
  }
}

/** The sandbox; without its S3 server where that can neither be found nor built, for the demo shows enough without. */
async function openSandbox(folder: string): Promise<Sandbox> {
  try {
    return await startSandbox({ folder, report: say });
  } catch (error) {
    say(`No S3 server, so no version is kept: ${(error as Error).message}`);
    return startSandbox({ folder, report: say, s3: false });
  }
}

/** What people on test look at today, and what is to be replaced with its id kept. */
function putOldApp(sandbox: Sandbox): string {
  const { actAs } = siteOf(sandbox, 'test');
  const appId = actAs.createApp({ name: APP, owner: MANAGER, dataSizeBytes: 1_000_000 });
  actAs.publish(appId, 'Sales');
  return appId;
}

function siteOf(sandbox: Sandbox, alias: string) {
  const site = sandbox.sites.get(alias);
  if (!site) throw new Error(`the sandbox has no site ${alias}`);
  return site;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
