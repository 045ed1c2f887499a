import type { z } from 'zod';
import { alertsSection } from './sections/alerts.ts';
import { artifactsSection } from './sections/artifacts.ts';
import { consoleSection } from './sections/console.ts';
import { configurationSection } from './sections/configuration.ts';
import { loggingSection, stagingSection } from './sections/housekeeping.ts';
import { installationSection } from './sections/installation.ts';
import { ledgerSection } from './sections/ledger.ts';
import { listenerSection } from './sections/listener.ts';
import { mailSection } from './sections/mail.ts';
import { alias, siteSection } from './sections/sites.ts';
import { sourceSection } from './sections/sources.ts';
import { targetSection } from './sections/targets.ts';
import { temporalSection } from './sections/temporal.ts';
import { retrySection, timeoutsSection } from './sections/timing.ts';
import { verifySection } from './sections/verify.ts';
import { versioningSection } from './sections/versioning.ts';
import { workerSection } from './sections/worker.ts';
import { named, path, section, text } from './setting.ts';

/**
 * Every setting of Waybill. Meaning, unit and default of each stand here and nowhere else: the reference page, the
 * JSON Schema for editors and the type `Config` are made from it.
 */
export const configSchema = section({
  installation: installationSection.prefault({}).describe('This installation of Waybill.'),
  configuration: configurationSection.prefault({}).describe('How running processes take over changes of this file.'),
  dataFolder: path()
    .prefault('data')
    .describe('Folder for the ledger, the artifacts, the Temporal database and the logs, where these are relative.'),
  timeZone: text()
    .refine(isTimeZone, { error: 'expected a time zone by its IANA name, as in Europe/Berlin' })
    .optional()
    .describe("Time zone of the dates in mails and in the CLI. When not set: the system's."),
  locale: text()
    .refine(isLocale, { error: 'expected a language tag, as in en, en-GB, de' })
    .prefault('en')
    .describe('Language of the dates in mails.'),
  sites: named(alias, siteSection).prefault({}).describe('The Qlik Sense sites, by alias.'),
  sources: named(alias, sourceSection)
    .prefault({})
    .describe('Sites that apps are promoted from, by alias, and how they are watched.'),
  targets: named(alias, targetSection)
    .prefault({})
    .describe('Sites that apps are promoted to, by alias, and how apps arrive there.'),
  verify: verifySection.prefault({}).describe('How delivered apps are verified.'),
  versioning: versioningSection.prefault({}).describe('Versions of promoted apps in S3.'),
  artifacts: artifactsSection.prefault({}).describe('Where exported apps are kept until they are delivered.'),
  mail: mailSection.prefault({}).describe('Mails to owners, approvers and operators.'),
  alerts: alertsSection.prefault({}).describe('Alerts of failed reloads in Qlik Cloud.'),
  ledger: ledgerSection.prefault({}).describe('Database of claims and records. Back it up.'),
  temporal: temporalSection.prefault({}).describe('The Temporal service.'),
  listener: listenerSection.prefault({}).describe('Receives the callbacks of the Qlik sites.'),
  console: consoleSection.prefault({}).describe('The web page for approvers, operators and auditors.'),
  worker: workerSection.prefault({}).describe('The process that does the work.'),
  timeouts: timeoutsSection.prefault({}).describe('How long single steps may take.'),
  retry: retrySection.prefault({}).describe('How failed steps are repeated.'),
  logging: loggingSection.prefault({}).describe('What is logged, and where.'),
  staging: stagingSection.prefault({}).describe('Apps under their temporary name at a target.'),
});

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** What the schema yields, before the loader fills what depends on other settings. */
export type ParsedConfig = z.output<typeof configSchema>;
