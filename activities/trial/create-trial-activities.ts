import { type Finding, siteSubject } from '../../common/finding.ts';
import { withoutSecrets } from '../../common/known-secrets.ts';
import type { Config } from '../../config/types.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { examineSite } from '../doctor/examine-site.ts';
import { findingOfError } from '../doctor/finding-of-error.ts';
import type { ResolveOwner } from '../mail/look-up-recipients.ts';
import { createQrsClients } from '../qrs/client/qrs-clients.ts';
import { proveBucket } from '../s3/prove-bucket.ts';
import type { TrialActivities, TrialInput, TrialStep } from '../trial-types.ts';
import { tryMail } from './try-mail.ts';

/** What a trial works with. */
export interface TrialDependencies extends ActivityDependencies {
  /** The settings in force with those of a trial. @throws WAYBILL_SETTINGS_TRIAL_UNREADABLE */
  readonly configOf: (trial: TrialInput) => Config;
  readonly resolveOwner: ResolveOwner;
}

/** Tries settings that are not saved, where certificates and secrets are. Never throws for what it finds. */
export function createTrialActivities(deps: TrialDependencies): TrialActivities {
  return {
    trySite: (input) => tried(deps, 'settings', () => trySite(deps, input)),
    tryMail: (input) => tried(deps, 'settings', () => tryMail(deps, deps.configOf(input), input)),
    tryBucket: (input) => tried(deps, 'S3', () => tryBucket(deps.configOf(input), input)),
  };
}

async function trySite(deps: TrialDependencies, input: TrialInput): Promise<readonly TrialStep[]> {
  const site = input.path.at(-1) ?? '';
  // As a site alone: what a source or target needs beyond it is what doctor looks at, once it is saved.
  const config: Config = { ...deps.configOf(input), sources: {}, targets: {} };
  const clients = createQrsClients(config, deps.logger);
  try {
    const eyes = { ...deps, config: () => config, qrs: (alias: string) => clients.get(alias) };
    const { findings } = await examineSite(eyes, { site, scratch: false });
    return findings.filter(({ check }) => check !== 'site.rights').map(stepOf);
  } finally {
    await clients.close(0);
  }
}

async function tryBucket({ versioning, artifacts }: Config, { path }: TrialInput): Promise<readonly TrialStep[]> {
  const isOfVersions = path[0] === 'versioning';
  const { bucket } = versioning;
  const store = isOfVersions ? bucket && { ...versioning, bucket } : artifacts.s3;
  if (!store) {
    const setting = isOfVersions ? 'versioning.bucket' : 'artifacts.s3';
    return [{ name: 'S3', verdict: 'broken', what: 'No bucket is named.', remedy: `Fill in ${setting}.` }];
  }
  await proveBucket(store, {
    setting: isOfVersions ? 'versioning' : 'artifacts.s3',
    versioned: isOfVersions,
    write: true,
  });
  const what = `The bucket ${store.bucket} is there${isOfVersions ? ' and keeps versions' : ''}.`;
  return [
    { name: 'reach the bucket', verdict: 'ok', what },
    {
      name: 'write and delete',
      verdict: 'ok',
      what: 'A test upload was written and deleted again; nothing of it stays.',
    },
  ];
}

async function tried(
  deps: TrialDependencies,
  name: string,
  attempt: () => Promise<readonly TrialStep[]>,
): Promise<readonly TrialStep[]> {
  try {
    return (await attempt()).map((step) => ({ ...step, what: withoutSecrets(step.what) }));
  } catch (error) {
    const { what, remedy } = findingOfError(deps, ['command.secrets', name], error);
    return [{ name, verdict: 'broken', what, ...(remedy && { remedy }) }];
  }
}

function stepOf({ check, subject, verdict, what, remedy }: Finding): TrialStep {
  const name = subject.startsWith(siteSubject('')) ? check.replace('site.', '') : subject;
  return { name, verdict, what, ...(remedy && { remedy }) };
}
