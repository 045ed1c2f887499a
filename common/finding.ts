import type { WaybillError } from './errors/waybill-error.ts';
import { withoutSecrets } from './known-secrets.ts';

/**
 * What `waybill doctor` looks at, by the stable id of each check, and what a sound one proves. An id never changes its
 * meaning; new ones are added.
 */
export const doctorChecks = {
  'command.secrets': 'every secret of the configuration can be read from here',
  'command.ledger': 'the ledger can be opened from here',
  'process.settings': 'each process that runs has the settings that stand in the file',
  'temporal.reach': 'the Temporal service answers',
  'temporal.namespace': 'namespace, search attributes and Schedules are there',
  'temporal.queue': 'a worker takes the tasks of each queue',
  'temporal.watch': 'each source site is watched',
  'worker.disk': 'the worker can write to its folders, and they have room',
  'mail.server': 'the mail server takes connection, encryption and login',
  'mail.operators': 'somebody hears of trouble',
  's3.versions': 'the bucket for versions is there, keeps versions and may be written to',
  's3.artifacts': 'the bucket for exported apps is there and may be written to',
  'mqtt.broker': 'the MQTT broker takes connection and login',
  'cloud.tenant': 'the tenant of Qlik Cloud takes the login, and shows its reloads',
  'cloud.webhook': 'a webhook of the tenant tells of ended reloads',
  'listener.address': 'the listener answers at the address that the sites are given',
  'site.certificates': 'the certificate files fit together and have not run out',
  'site.name': 'the name of each host is known',
  'site.port': 'the port of each host is open',
  'site.tls': 'each host shows a valid certificate for its name',
  'site.answer': 'the repository service answers',
  'site.user': 'the site lets the account of Waybill in',
  'site.clock': 'the clock of the site agrees with that of the worker',
  'site.streams': 'a name means one stream',
  'site.rights': 'the account may export, upload, change and delete apps',
  'sites.versions': 'no target is older than the source it gets apps from',
  'source.properties': 'the promotion properties are there, for apps',
  'source.choices': 'what people can choose is what Waybill understands',
  'source.tag': 'the tag of promotion on reload is there, or may be made',
  'source.streams': 'the streams that the configuration names are there',
  'source.approvers': 'those who may set the approval property are those who shall approve',
  'source.callbacks': 'the site calls the listener, and its call arrives',
} as const;

export type DoctorCheck = keyof typeof doctorChecks;

/** `broken` keeps something from working; `look` may, or will. `skipped` was not looked at, and says why. */
export type Verdict = 'ok' | 'look' | 'broken' | 'skipped';

/** What one check found about one thing. For people; no secret is in it. */
export interface Finding {
  readonly check: DoctorCheck;
  /** What it is about, by name, as in `site test`. */
  readonly subject: string;
  readonly verdict: Verdict;
  readonly what: string;
  /** What to do, and where or whom to ask; always there unless all is well. */
  readonly remedy?: string;
  /** Of the error that was met. */
  readonly code?: string;
}

/** What a worker found about a site. */
export interface SiteExamination {
  readonly findings: readonly Finding[];
  /** The product version, as in `38.22.0.0`; not there where the site does not answer. */
  readonly buildVersion?: string;
  /** Until when each of the files is valid; not there where they cannot be used, or by an older worker. */
  readonly certificates?: readonly { readonly name: string; readonly untilUtc: string }[];
  /** The id of the app that was made and is gone again. */
  readonly scratchAppId?: string;
}

/** The latest examination of a site. Times are ISO 8601, UTC. */
export type LatestExamination =
  | { readonly state: 'running'; readonly sinceUtc: string }
  | { readonly state: 'done'; readonly atUtc: string; readonly found: SiteExamination }
  /** `why`: a sentence. */
  | { readonly state: 'unanswered'; readonly atUtc: string; readonly why: string };

export type About = readonly [check: DoctorCheck, subject: string];

export function ok([check, subject]: About, what: string): Finding {
  return { check, subject, verdict: 'ok', what };
}

export function look([check, subject]: About, what: string, remedy: string): Finding {
  return { check, subject, verdict: 'look', what, remedy };
}

export function broken([check, subject]: About, what: string, remedy: string): Finding {
  return { check, subject, verdict: 'broken', what, remedy };
}

export function skipped([check, subject]: About, what: string, remedy: string): Finding {
  return { check, subject, verdict: 'skipped', what, remedy };
}

/** What is broken, by the error that was met. */
export function brokenBy([check, subject]: About, { code, message, remedy }: WaybillError): Finding {
  return { check, subject, verdict: 'broken', code, what: withoutSecrets(message), remedy: withoutSecrets(remedy) };
}

/** The checks of a source beyond those of every site, but for its callbacks. */
export const sourceChecks = [
  'source.properties',
  'source.choices',
  'source.tag',
  'source.streams',
  'source.approvers',
] as const;

/** As findings about this site are headed. */
export function siteSubject(site: string): string {
  return `site ${site}`;
}
