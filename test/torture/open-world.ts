import { randomBytes } from 'node:crypto';
import type { FaultyS3 } from '../../sandbox/s3/start-faulty-s3.ts';
import { startFaultyS3 } from '../../sandbox/s3/start-faulty-s3.ts';
import type { SandboxS3 } from '../../sandbox/s3/start-s3.ts';
import { freePort } from '../../sandbox/s3/server-process.ts';
import { type RunningListener, startListener } from '../../starter/listener/start-listener.ts';
import { addBystanders } from '../effects/effects.ts';
import { type KillableWorld, startKillableWorld } from '../faults/processes/killable-world.ts';
import { startWorld, type World, type WorkerWorld, type WorldOptions, type Yaml } from '../harness/world.ts';
import type { ProcessName, Setting, Story } from './story.ts';

/** What all stories of one process share. */
export interface Stage {
  /** host:port of the Temporal server of all stories whose Waybill runs in this process. */
  readonly temporalAddress: string;
  /** A real S3 server; undefined where there is none, so that stories keep no versions. */
  readonly s3: SandboxS3 | undefined;
}

/** The world that a story is played in. */
export interface StoryWorld {
  readonly world: World;
  readonly store: { readonly s3: SandboxS3; readonly faulty: FaultyS3; readonly bucket: string } | undefined;
  /** Ends a process of Waybill and starts it anew; false where the world has no such process. */
  restart(process: ProcessName): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens sites, mailbox, store, and Waybill as the story's setting wants them. */
export async function openStoryWorld(story: Story, stage: Stage): Promise<StoryWorld> {
  const { setting } = story;
  const store = setting.versions === 'off' ? undefined : await openStore(stage.s3);
  const port = setting.watch === 'callback' && !setting.processes ? await freePort() : undefined;
  const options: WorldOptions = {
    temporalAddress: stage.temporalAddress,
    anyServer: true,
    switches: Object.fromEntries(story.switches),
    before(site) {
      for (const { site: name, ms } of story.clocks) site(name).setClockSkew(ms);
    },
    change: (yaml, alias) => configure(yaml, alias, setting, { port, store }),
  };
  const opened = setting.processes ? await openProcesses(options) : await openInProcess(options, port);
  for (const [name, site] of Object.entries(opened.world.sites)) {
    addBystanders(opened.world, name);
    site.actAs.createStream('Planning');
  }
  const close = async (): Promise<void> => {
    await opened.close();
    await store?.faulty.close();
  };
  return { ...opened, store, close };
}

type Opened = Pick<StoryWorld, 'world' | 'restart' | 'close'>;

async function openProcesses(options: WorldOptions): Promise<Opened> {
  const world: KillableWorld = await startKillableWorld(options);
  const restart = async (name: ProcessName): Promise<boolean> => {
    await world.processes[name].kill();
    await world.processes[name].start();
    return true;
  };
  return { world, restart, close: () => world.close() };
}

async function openInProcess(options: WorldOptions, port: number | undefined): Promise<Opened> {
  const world: WorkerWorld = await startWorld(options);
  const listen = (): Promise<RunningListener> => startListener({ config: world.config, logger: world.logger });
  let listener = port === undefined ? undefined : await listen();
  const restart = async (name: ProcessName): Promise<boolean> => {
    if (name === 'worker') await world.restartWorker();
    if (name === 'listener' && listener !== undefined) {
      await listener.close();
      listener = await listen();
    }
    return name === 'worker' || (name === 'listener' && listener !== undefined);
  };
  const close = async (): Promise<void> => {
    await listener?.close();
    await world.close();
  };
  return { world, restart, close };
}

async function openStore(s3: SandboxS3 | undefined): Promise<StoryWorld['store']> {
  if (s3 === undefined) return undefined;
  const bucket = `story-${randomBytes(6).toString('hex')}`;
  await s3.createBucket(bucket);
  return { s3, bucket, faulty: await startFaultyS3(s3) };
}

interface Places {
  readonly port: number | undefined;
  readonly store: StoryWorld['store'];
}

/** Times are so short that what hangs is given up within seconds, and so long that a busy machine keeps them. */
function configure(yaml: Yaml, alias: (name: string) => string, setting: Setting, { port, store }: Places): void {
  const source = yaml['sources'][alias('dev')];
  source.afterPromotion = { unpublish: setting.unpublish };
  source.whenChanged = setting.whenChanged;
  source.dataCountsAsContent = setting.dataCounts;
  source.promoteOnReload = { enabled: setting.reload };
  for (const target of Object.values<Yaml>(yaml['targets'])) {
    Object.assign(target, { data: setting.data, whenSeveral: setting.whenSeveral });
  }
  yaml['verify'] = { content: setting.content };
  yaml['staging'] = { sweepAfter: '0s' };
  yaml['retry'].needsOperatorAfter = '1500ms';
  const limits = { read: '4s', write: '4s', publish: '6s', export: '6s', uploadBase: '6s', stall: '3s' };
  yaml['timeouts'] = { ...yaml['timeouts'], ...limits };
  // Who decides by command is no user of the site, so that it knows no address.
  Object.assign(yaml['mail'], { timeouts: { socket: '3s' }, fallback: ['fallback@company.example'] });
  if (!setting.processes) Object.assign(source, { watch: setting.watch, sweep: '500ms' });
  if (port !== undefined) {
    Object.assign(yaml, { listener: { port, publicUrl: `http://127.0.0.1:${port}` } });
    Object.assign(source, { sweep: '700ms', renewSubscriptions: '600ms' });
  }
  if (store !== undefined) {
    const { endpoint, region, accessKeyId, secretAccessKey } = store.faulty;
    const credentials = { accessKeyId, secretAccessKey };
    const place = { bucket: store.bucket, endpoint, region, pathStyle: true, credentials };
    yaml['versioning'] = { mode: 'byProperty', required: setting.versions === 'required', ...place };
  }
}
