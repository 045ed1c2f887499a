import type { Config } from '../../../config/types.ts';
import { broken, type DoctorCheck, type Finding, skipped } from '../../../common/finding.ts';
import { askAboutWorker } from './ask-worker.ts';
import { lookAtDiskHere } from './look-here.ts';
import { wants } from './options.ts';
import type { DoctorRun, Workers } from './doctor-run.ts';

/** Its disk, and what it needs besides the sites; only the disk, as seen from here, where no worker can be asked. */
export async function lookAtWorker(run: DoctorRun, workers: Workers | Finding): Promise<readonly Finding[]> {
  const { cli, options, causes } = run;
  if (!wants(options, 'worker', 'mail', 's3', 'mqtt', 'listener')) return [];
  if ('verdict' in workers) {
    causes.add(workers);
    return [await lookAtDiskHere(cli), ...unasked(cli.config, 'No worker could be asked.')];
  }
  cli.remark('The worker looks at disk, mail, S3, broker and listener …');
  const answer = await askAboutWorker(cli.config, workers.temporal, options.scratch);
  if ('found' in answer) return answer.found;
  const cause = unanswered('disk, mail and the like', answer.why);
  causes.add(cause);
  return [cause, await lookAtDiskHere(cli), ...unasked(cli.config, answer.why)];
}

/** Its queue was polled within the last minute and a half, and yet nobody answers: it was stopped just now, or hangs. */
export function unanswered(what: string, why: string): Finding {
  const remedy =
    'Look whether `waybill worker` (or `waybill up`) still runs, in its present release, and what its log says.';
  return broken(['temporal.queue', 'Temporal'], `A worker was asked to look at ${what}. ${why}`, remedy);
}

/** What the settings make it need, and nobody looked at. */
function unasked({ mail, versioning, artifacts, alerts, sources }: Config, why: string): Finding[] {
  const isCalled = Object.values(sources).some(({ watch }) => watch === 'callback');
  const needed: readonly (readonly [needs: boolean, check: DoctorCheck, subject: string])[] = [
    [mail.enabled, 'mail.server', 'mail'],
    [versioning.mode !== 'off', 's3.versions', `S3 bucket ${versioning.bucket}`],
    [artifacts.kind === 's3', 's3.artifacts', `S3 bucket ${artifacts.s3?.bucket}`],
    [alerts.broker !== undefined, 'mqtt.broker', 'MQTT broker'],
    [isCalled, 'listener.address', 'listener'],
  ];
  const remedy = 'See what is said of Temporal, and run doctor again once a worker runs.';
  return needed.flatMap(([needs, check, subject]) => (needs ? [skipped([check, subject], why, remedy)] : []));
}
