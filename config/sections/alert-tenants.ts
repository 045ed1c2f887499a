import { duration, flag, named, path, secret, section, text, url } from '../setting.ts';

const machineLogin = section({
  clientId: text().describe('Client id of an OAuth client of the kind "machine to machine".'),
  clientSecret: secret().describe('Its secret.'),
});

const webhookWatch = section({
  enabled: flag().prefault(true).describe('Whether to report a webhook that Qlik Cloud has disabled.'),
  name: text().optional().describe('Name of the webhook. When not set: every one that sends reload events.'),
});

const reconcileSection = section({
  every: duration()
    .prefault('15m')
    .describe('How often Qlik Cloud is asked for failures, and ends of failures, that no event told of. 0 = never.'),
  overlap: duration().prefault('1h').describe('How far behind the newest known failure is looked again.'),
  webhook: webhookWatch.prefault({}).describe('Whether the webhook still works.'),
});

/** One tenant of Qlik Cloud. */
export const tenantSection = section({
  id: text().describe('Id of the tenant, as events bear it.'),
  url: url().describe('Address of the tenant, as in https://company.eu.qlikcloud.com.'),
  comment: text().optional().describe('What the tenant is for; shown in messages.'),
  apiKey: secret().optional().describe('API key. Give this or login.'),
  login: machineLogin.optional().describe('OAuth client. Give this or apiKey.'),
  ca: path().optional().describe("PEM file of a proxy's authority, where one stands in between."),
  qmcUrl: url().optional().describe("Link to the management console. When not set: the tenant's own."),
  hubUrl: url().optional().describe("Link to the hub. When not set: the tenant's own."),
  links: named(text(), url()).prefault({}).describe('Further links in messages: what they say, and where they lead.'),
  canceled: flag().prefault(false).describe('Whether a canceled reload is alerted as well.'),
  settle: duration()
    .prefault('30m')
    .describe('How long a failed attempt may wait for the end of its reload, which may be tried again by itself.'),
  settleCheck: duration()
    .prefault('10s')
    .describe('How soon Qlik Cloud is asked whether such a reload has ended; the wait doubles each time, up to 5m.'),
  gather: duration()
    .prefault('3m')
    .describe('How long is tried to learn of app, owner, tags and script log before the alert goes without.'),
  timeout: duration().prefault('30s').describe('Longest wait for one answer of Qlik Cloud.'),
  reconcile: reconcileSection.prefault({}).describe('What is done about events that never came.'),
});
