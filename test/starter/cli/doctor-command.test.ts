import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, Verdict } from '../../../common/finding.ts';
import { freePort } from '../../../sandbox/s3/server-process.ts';
import { type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';
import type { DoctorReport } from '../../../starter/cli/doctor/report.ts';
import type { Ran } from './cli-world.ts';
import { type SickWorld, startSickWorld } from './sick-world.ts';

let folder: string;
let s3: SandboxS3;
let sick: SickWorld;
let report: DoctorReport;
let text: Ran;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-doctor-'));
  s3 = await startS3({ folder });
  await s3.createBucket('plain', { isVersioned: false });
  sick = await startSickWorld(s3);
  report = await sick.cli.json<DoctorReport>('doctor');
  text = await sick.cli.run('doctor', '--no-scratch');
}, 900_000);

afterAll(async () => {
  await sick?.close();
  await s3?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Check, subject, verdict, and words of what was found and of the remedy. Names of sites are those of the sandbox. */
type Planted = readonly [check: string, subject: string, verdict: Verdict, what: RegExp, remedy: RegExp];

const planted: readonly Planted[] = [
  [
    'site.name',
    'nameless',
    'broken',
    /no-such-host\.invalid/,
    /Correct sites\.nameless\.hosts, or have .* name service/,
  ],
  [
    'site.port',
    'closed',
    'broken',
    /could not be reached/,
    /Ask the administrator of site "closed" whether .* firewall/,
  ],
  ['site.tls', 'stranger', 'broken', /root\.pem of this site does not vouch for/, /sites\.stranger\.certificates/],
  ['site.tls', 'misnamed', 'broken', /certificate for another name/, /Set sites\.misnamed\.serverName/],
  [
    'site.certificates',
    'expired',
    'broken',
    /^client\.pem has run out on /,
    /Ask the administrator of site "expired" to export/,
  ],
  ['site.certificates', 'expiring', 'look', /^client\.pem runs out on .*, in (19|20) days/, /^Within this month: Ask/],
  ['site.tls', 'expiring', 'look', /that localhost shows runs out on/, /administrator of site "expiring" to renew/],
  ['site.user', 'nobody', 'broken', /does not let the user COMPANY\\nobody in/, /Check sites\.nobody\.user/],
  [
    'site.rights',
    'rightless',
    'broken',
    /does not allow .* to upload the app ~waybill\/test\/doctor-/,
    /sites\.rightless\.user/,
  ],
  [
    'site.streams',
    'doubled',
    'look',
    /2 streams bear the name "Sales"/,
    /Ask the administrator of site "doubled" to rename/,
  ],
  ['sites.versions', 'outdated', 'look', /runs 31\.28\.2\.0, and dev runs the newer/, /to update it to 38\.22\.0\.0/],
  ['site.clock', 'late', 'look', /10 min behind/, /administrator of site "late" to have its servers take their time/],
  [
    'source.properties',
    'dev',
    'broken',
    /Freigabe is not there/,
    /administrator of site "dev" to make the custom property Freigabe/,
  ],
  ['source.properties', 'dev', 'broken', /Streams is not for the resource type App/, /tick the resource type App/],
  [
    'source.choices',
    'dev',
    'look',
    /offers "nowhere - Overwrite"/,
    /correct this value .* or add the alias to targets/,
  ],
  [
    'source.choices',
    'dev',
    'look',
    /Nobody can choose "late - Overwrite" and/,
    /to add "late - Overwrite" and "late - Duplicate"/,
  ],
  ['source.tag', 'dev', 'broken', /no tag Nightly, and Waybill may not make it/, /promoteOnReload\.createMissingTag/],
  ['source.streams', 'dev', 'look', /names "Marketing"/, /Correct the name in sources\.dev\.streams/],
  ['source.callbacks', 'dev', 'broken', /no call came of the scratch app/, /set sources\.dev\.watch: poll/],
];

const plantedElsewhere: readonly Planted[] = [
  ['listener.address', 'listener', 'broken', /Nothing answers at http:/, /Start `waybill listener`.*watch: poll/],
  [
    'temporal.queue',
    'Temporal',
    'broken',
    /No worker serves site unserved/,
    /Start `waybill worker` where site "unserved"/,
  ],
  [
    'mail.server',
    'mail',
    'broken',
    /mail server .* did not take the mail/,
    /Check mail\.host and mail\.port, .* firewall/,
  ],
  ['s3.versions', 'S3 bucket plain', 'broken', /does not keep versions/, /Switch versioning on for this bucket/],
  ['s3.artifacts', 'S3 bucket no-such-bucket', 'broken', /There is no usable S3 bucket/, /Check artifacts\.s3\.bucket/],
  ['mqtt.broker', 'MQTT broker', 'broken', /mqtt:\/\/127\.0\.0\.1/, /alerts\.broker/],
  ['command.secrets', 'this command', 'look', /sites\.unserved\.certificatePassword/, /Set the variable or the file/],
];

/** The findings as if the aliases bore no suffix. */
function findings(): Finding[] {
  const suffix = new RegExp(sick.cli.world.alias(''), 'g');
  return JSON.parse(JSON.stringify(report.findings).replaceAll(suffix, '')) as Finding[];
}

function expectPlanted([check, subject, verdict, what, remedy]: Planted): void {
  const ofSubject = findings().filter((one) => one.check === check && one.subject === subject);
  expect(ofSubject).toContainEqual(
    expect.objectContaining({
      verdict,
      what: expect.stringMatching(what) as string,
      remedy: expect.stringMatching(remedy) as string,
    }),
  );
}

describe('waybill doctor', () => {
  it.each(planted)('finds %s at site %s, and names its remedy', (check, site, ...more) => {
    expectPlanted([check, `site ${site}`, ...more]);
  });

  it.each(plantedElsewhere)('finds %s of %s, and names its remedy', (...fault) => {
    expectPlanted(fault);
  });

  it('finds a disk with little room', ({ skip }) => {
    skip(!sick.hasSmallDisk, 'this process may not mount a small disk');

    const disk = findings().find(({ check }) => check === 'worker.disk');
    expect(disk).toMatchObject({
      verdict: 'broken',
      subject: expect.stringMatching(/^worker on /) as string,
      remedy: expect.stringContaining('set dataFolder to a folder on a larger disk') as string,
    });
  });

  it('leaves no scratch app behind, whatever went wrong', () => {
    const left = Object.values(sick.cli.world.sites).flatMap((site) =>
      site.apps().filter(({ name }) => name.startsWith('~waybill/')),
    );

    expect(left).toEqual([]);
  });

  it('gives each fault a remedy, and shows no secret and no id', () => {
    const faults = report.findings.filter(({ verdict }) => verdict !== 'ok');
    const all = `${JSON.stringify(report)} ${text.output} ${text.errors}`;

    expect(faults.filter(({ remedy }) => !remedy)).toEqual([]);
    expect(all).not.toContain(s3.secretAccessKey);
    expect(all).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/);
    expect(all).not.toMatch(/PRIVATE KEY|\/notify\//);
  });

  it('tells people the same, by subject, and ends with 1', () => {
    const site = sick.cli.world.alias('expired');

    expect(text.exitCode).toBe(1);
    expect(text.output).toMatch(
      new RegExp(`\\nsite ${site}\\n( {2}.*\\n)*? {2}broken {2}site.certificates +client.pem has run out`),
    );
    expect(text.output).toMatch(/\n {10}→ Ask the administrator of site "expired/);
    expect(text.output).toMatch(/\d+ broken, \d+ to look at, \d+ ok, \d+ not looked at\.\n$/);
    expect(report).toMatchObject({ ok: false, counts: { broken: expect.any(Number) as number } });
  });

  it('writes nothing with --no-scratch, and says what was not proven', () => {
    const dev = sick.cli.world.site('dev');
    const uploads = dev.events().filter(({ name }) => name.includes('/doctor-'));

    expect(text.output).not.toContain('Writing at');
    expect(text.output).toContain('Its rights were not proven');
    expect(new Set(uploads.map(({ name }) => name)).size).toBe(1);
  });

  it('looks only at what --only names', async () => {
    const { findings: found } = await sick.cli.json<DoctorReport>('doctor', '--only', 'mail', 'temporal.reach');
    const wrong = await sick.cli.run('doctor', '--only', 'mial');

    expect(new Set(found.map(({ check }) => check))).toEqual(
      new Set(['temporal.reach', 'mail.server', 'mail.operators']),
    );
    expect(wrong).toMatchObject({ exitCode: 2, errors: expect.stringContaining('there is no check "mial"') as string });
  });
});

describe('waybill doctor without a worker', () => {
  it('says that none runs, and still looks at names, ports and dates', async () => {
    await sick.cli.configure((yaml) => (yaml['temporal'].taskQueue = 'nobody-polls-this'));
    const { findings: found } = await sick.cli.json<DoctorReport>('doctor');
    const of = (check: string, name: string) =>
      found.filter((one) => one.check === check && one.subject === `site ${sick.cli.world.alias(name)}`);

    expect(found.find(({ check }) => check === 'temporal.queue')).toMatchObject({
      verdict: 'broken',
      what: 'No worker runs: nobody takes the tasks of the queue nobody-polls-this.',
      remedy: expect.stringContaining('Start `waybill up`') as string,
    });
    expect(of('site.name', 'nameless')).toMatchObject([{ verdict: 'broken' }]);
    expect(of('site.port', 'closed')).toMatchObject([{ verdict: 'broken' }]);
    expect(of('site.port', 'late')).toMatchObject([{ verdict: 'ok' }]);
    expect(of('site.certificates', 'expired')).toMatchObject([{ verdict: 'broken' }, { verdict: 'ok' }]);
    expect(of('site.user', 'nobody')).toMatchObject([{ verdict: 'skipped' }]);
    expect(found.find(({ check }) => check === 'worker.disk')?.subject).toMatch(/^this host/);
    expect(found.find(({ check }) => check === 'mail.server')).toMatchObject({ verdict: 'skipped' });
  });

  it('says so too where only checks are wanted that need one', async () => {
    const ran = await sick.cli.run('doctor', '--only', 'mail.server');
    const local = await sick.cli.run('doctor', '--only', 'command.ledger');

    expect(ran.exitCode).toBe(1);
    expect(ran.output).toMatch(/\n {2}broken {2}temporal\.queue +No worker runs/);
    expect(ran.output).toMatch(/\n {2}skipped mail\.server: No worker could be asked\./);
    expect(local).toMatchObject({ exitCode: 0, output: expect.not.stringContaining('Temporal') as string });
  });

  it('says where Temporal does not answer, and that there is no ledger', async () => {
    const port = await freePort();
    await sick.cli.configure((yaml) => {
      yaml['temporal'].address = `127.0.0.1:${port}`;
      yaml['ledger'] = { file: path.join(folder, 'none.sqlite') };
    });
    const { findings: found } = await sick.cli.json<DoctorReport>('doctor');

    expect(found.find(({ check }) => check === 'temporal.reach')).toMatchObject({
      verdict: 'broken',
      code: 'WAYBILL_TEMPORAL_UNREACHABLE',
      remedy: expect.stringContaining('temporal.address') as string,
    });
    expect(found.find(({ check }) => check === 'command.ledger')).toMatchObject({
      verdict: 'broken',
      remedy: expect.stringContaining('ledger.file') as string,
    });
    expect(found.some(({ check, verdict }) => check === 'site.port' && verdict === 'ok')).toBe(true);
  });
});
