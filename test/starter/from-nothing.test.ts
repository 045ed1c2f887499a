import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type QrsSite, startQrsSite } from '../../sandbox/qrs/start-site.ts';
import type { DoctorReport } from '../../starter/cli/doctor/report.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { Yaml } from '../harness/world.ts';
import { endAll, freePorts, waybill, waybillOnce } from './waybill-process.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(endAll);
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

/** A site whose certificates lie where `waybill init` looks for them. */
async function openSite(folder: string, alias: string): Promise<QrsSite> {
  const certificatesFolder = path.join(folder, 'certificates', alias);
  const site = await startQrsSite({ alias, folder: path.join(folder, 'sites', alias), certificatesFolder });
  closing.push(() => site.close());
  for (const id of ['rep', 'manager']) site.actAs.createUser({ directory: 'COMPANY', id, name: id });
  site.actAs.createStream('Sales');
  site.actAs.createApp({ name: 'Small', owner: 'COMPANY\\rep', dataSizeBytes: 1000 });
  return site;
}

/** What two tests on one machine must not share, and a look at the source each second in place of each minute. */
async function makeOwn(configFile: string): Promise<void> {
  const [port, uiPort] = await freePorts(2);
  const yaml = parse(await readFile(configFile, 'utf8')) as Yaml;
  yaml['temporal'] = { devServer: { port, uiPort } };
  yaml['sources'].dev.sweep = '1s';
  await writeFile(configFile, stringify(yaml));
}

it('leads from an empty folder to a promoted app: waybill init, waybill up, waybill doctor, an approval', {
  timeout: 240_000,
}, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-from-nothing-'));
  closing.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [dev, test] = [await openSite(folder, 'dev'), await openSite(folder, 'test')];
  const beganMs = performance.now();
  const since = (): string => ((performance.now() - beganMs) / 1000).toFixed(1);

  const sites = ['--source', `dev=${dev.host}:${dev.port}`, '--target', `test=${test.host}:${test.port}`];
  const init = await waybillOnce(['init', ...sites, '--stream', 'Sales', '--yes'], { cwd: folder });
  const times = { 'waybill init': since() } as Record<string, string>;
  expect(init).toMatchObject({ exitCode: 0, stderr: '' });
  await makeOwn(path.join(folder, 'waybill.yaml'));
  const up = waybill(['up'], { cwd: folder });
  await up.says('Waybill is running.', 120_000);
  times['waybill up'] = since();
  const doctor = await waybillOnce(['doctor', '--json'], { cwd: folder });
  times['waybill doctor'] = since();
  const { findings } = JSON.parse(doctor.stdout) as DoctorReport;
  expect(findings.filter(({ verdict, check }) => verdict === 'broken' && check !== 'worker.disk')).toEqual([]);

  const app = dev.actAs.createApp({ name: 'Sales Overview', owner: 'COMPANY\\rep', dataSizeBytes: 1000 });
  dev.actAs.publish(app, 'Sales');
  dev.actAs.setProperties(app, 'COMPANY\\manager', {
    PromoteToServer: ['test - Overwrite'],
    PromoteToStream: ['Sales'],
    PromotionApproval: ['Approve'],
  });
  await waitFor(
    'the promotion',
    () => test.apps().some(({ name, stream }) => name === 'Sales Overview' && stream !== null),
    120_000,
  );
  times['the app at its target'] = since();
  await up.stop();

  const lines = Object.entries(times).map(([what, seconds]) => `${seconds.padStart(6)} s  ${what}`);
  process.stdout.write(`From an empty folder to a promoted app:\n${lines.join('\n')}\n`);
});
