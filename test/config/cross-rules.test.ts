import { describe, expect, it } from 'vitest';
import { pathText } from '../../config/problem.ts';
import { readConfig } from '../../config/load.ts';
import { smallest, writeConfig } from './write-config.ts';

async function problemsOf(text: string): Promise<string[]> {
  const { problems } = await readConfig(writeConfig(text), {});
  return problems.map((problem) => `${pathText(problem.path)}: ${problem.wrong}`);
}

const source = (settings: string): string => smallest.replace('dev: {}', `dev: ${settings}`);

const sites = (...aliases: string[]): string =>
  `sites:\n${aliases.map((alias) => `  ${alias}: { hosts: [${alias}.example], certificates: c }\n`).join('')}`;

const reloading = (...targets: string[]): string =>
  `{ promoteOnReload: { enabled: true }, targets: [${targets.join(', ')}] }`;

const tenant = '{ id: t, url: "https://t.example", apiKey: "k" }';
const tenants = (entries: string): string => `alerts: { tenants: { ${entries} } }`;
const oidc = (settings: string, more = ''): string =>
  `${smallest}console: { ${more} oidc: { clientId: w, clientSecret: "s", account: "C\\\\{upn}", ${settings} } }`;
const alerting = (destinations: string): string =>
  `alerts: { tenants: { eu: ${tenant} }, destinations: { ${destinations} } }`;

describe('settings that refer to each other', () => {
  it.each([
    ['sources.prod: there is no site "prod"', smallest.replace('dev: {}', 'prod: {}')],
    ['targets.tset: there is no site "tset" (did you mean "test"?)', smallest.replace('test: {}', 'tset: {}')],
    ['sources.dev.targets[0]: "dev" would be promoted to itself', source('{ targets: [dev] }')],
    ['sources.dev.targets[0]: "prod" does not stand under targets', source('{ targets: [prod] }')],
    ['worker.sites[0]: there is no site "nowhere"', `${smallest}worker: { sites: [nowhere] }`],
    ['sources.dev: nothing can be promoted from here', smallest.replace('test: {}', 'dev: {}')],
    ['sites.Test: "Test" cannot be a name here', smallest.replace('  test:\n', '  Test:\n')],
    [
      'sites.test.hosts[0]: qlik-dev.example:4242 already belongs to the site "dev"',
      smallest.replace('qlik-test', 'QLIK-dev'),
    ],
    [
      'sources.dev.promoteOnReload.keepLast: with 0 the copy',
      source('{ promoteOnReload: { enabled: true, keepLast: 0 } }'),
    ],
    ['sources.dev.properties.stream: "P" is also what server says', source('{ properties: { server: P, stream: P } }')],
    ['sources.dev.words.deny: "no" is also what approve says', source('{ words: { approve: [Yes, No], deny: [no] } }')],
    ['artifacts.s3: this setting is required with kind s3', `${smallest}artifacts: { kind: s3 }`],
    ['versioning.bucket: this setting is required with mode always', `${smallest}versioning: { mode: always }`],
    ['ledger.url: this setting is required with kind postgres', `${smallest}ledger: { kind: postgres }`],
    ['mail.from: this setting is required with enabled mail', `${smallest}mail: { enabled: true, host: h }`],
    [
      'temporal.tls.key: this setting is required with a client certificate',
      `${smallest}temporal: { tls: { certificate: c } }`,
    ],
    ['listener.publicUrl: this setting is required while bind is 0.0.0.0', `${smallest}listener: { bind: 0.0.0.0 }`],
    ['sites: nothing stands here', 'sources: {}'],
    ['targets: nothing stands here', `${sites('dev')}sources: { dev: {} }`],
    ['alerts.tenants.eu.url: whoever listens', tenants('eu: { id: t, url: "http://t.example", apiKey: "k" }')],
    ['alerts.tenants.eu: nothing says how to sign in', tenants('eu: { id: t, url: "https://t.example" }')],
    [
      'alerts.tenants.eu: apiKey and login both',
      tenants('eu: { id: t, url: "https://t.example", apiKey: "k", login: { clientId: c, clientSecret: "s" } }'),
    ],
    [
      'alerts.tenants.eu.reconcile.every: without alerts.broker',
      tenants('eu: { id: t, url: "https://t.example", apiKey: "k", reconcile: { every: 0 } }'),
    ],
    ['alerts.tenants.us.id: the tenant "eu" has this id already', tenants(`eu: ${tenant}, us: ${tenant}`)],
    [
      'alerts.destinations.slack.bi.tenants[0]: there is no tenant "ue"',
      alerting('slack: { bi: { webhook: "w", tenants: [ue] } }'),
    ],
    [
      'alerts.destinations.mail.bi: alerts cannot be sent here',
      alerting('mail: { bi: { recipients: [a@b.example] } }'),
    ],
    ['alerts.destinations.mail.bi.recipients: nobody would get the alert', alerting('mail: { bi: {} }')],
    ['alerts.destinations.mqtt.bi: alerts cannot be sent here', alerting('mqtt: { bi: {} }')],
    [
      'console.bind: the console would speak plain HTTP',
      `${smallest}console: { enabled: false, bind: 0.0.0.0, publicUrl: "http://waybill.example" }`,
    ],
    ['console.localSignIn: nobody could sign in', `${smallest}console: { localSignIn: false }`],
    [
      'console.oidc.roles.admin: nobody could become administrator',
      oidc('issuer: "https://id.example"', 'localSignIn: false,'),
    ],
    ['console.oidc.issuer: whoever listens could sign in as anybody', oidc('issuer: "http://id.example"')],
    [
      'console.publicUrl: this setting is required with oidc here',
      oidc('issuer: "https://id.example"', 'bind: 0.0.0.0, behindProxy: true,'),
    ],
    [
      String.raw`console.oidc.account: "C\\upn" cannot stand here`,
      oidc('issuer: "https://id.example"').replace('{upn}', 'upn'),
    ],
    ['timeouts.heartbeatEvery: this time is too long', `${smallest}timeouts: { heartbeatEvery: 5m }`],
    ['sources.dev.approval.reminder: this time is too long', source('{ approval: { reminder: 9d, expire: 8d } }')],
    [
      'sources.dev.approval.escalate: this time is too long',
      source('{ approval: { escalate: 30d, escalateTo: [head@company.com] } }'),
    ],
    ['sources.dev.approval.escalateTo: nobody is named here', source('{ approval: { escalate: 9d } }')],
    [
      'sources.dev.streams.Finance.approval.escalateTo: nobody is named here',
      source('{ streams: { Finance: { approval: { escalate: 9d } } } }'),
    ],
    [
      'sources.dev.streams.Finance.approval.reminder: this time is too long',
      source('{ streams: { Finance: { approval: { reminder: 31d } } } }'),
    ],
  ])('refuses %s', async (problem, text) => {
    expect(await problemsOf(text)).toContainEqual(expect.stringContaining(problem));
  });

  it.each([
    ['an identity provider on this machine over HTTP', oidc('issuer: "http://127.0.0.1:8080/realms/x"')],
    [
      'roles by groups',
      oidc('issuer: "https://id.example", roles: { approver: { a: [Sales], b: every }, viewer: everybody }'),
    ],
  ])('allows %s', async (_what, text) => {
    expect(await problemsOf(text)).toEqual([]);
  });

  it('asks for no site where all that is wrong is a setting of the only tenant', async () => {
    const problems = await problemsOf(
      'alerts: { tenants: { eu: { url: "https://t.example", apiKey: "k", setle: 1m } }, destinations: { mqtt: { a: { tenants: [eu] } } } }',
    );

    expect(problems.map((line) => line.split(': ')[0])).toEqual([
      'alerts.tenants.eu.id',
      'alerts.tenants.eu.setle',
      'alerts.destinations.mqtt.a',
    ]);
  });

  it('still holds the rest against each other when single settings are wrong', async () => {
    const text = smallest
      .replace('certificates: certificates/dev', 'prot: 1')
      .replace('dev: {}', 'dev: { targets: [dev] }');

    expect(await problemsOf(text)).toEqual([
      'sites.dev.certificates: this setting is required',
      'sites.dev.prot: there is no such setting (did you mean "port"?)',
      'sources.dev.targets[0]: "dev" would be promoted to itself',
    ]);
  });
});

describe('promotion on reload in a circle', () => {
  it('is refused over two sites and over three', async () => {
    const two = `${sites('dev', 'test')}sources:\n  dev: ${reloading('test')}\n  test: ${reloading('dev')}\ntargets: { dev: {}, test: {} }`;
    const three = `${sites('a', 'b', 'c')}sources:\n  a: ${reloading('b')}\n  b: ${reloading('c')}\n  c: ${reloading('a')}\ntargets: { a: {}, b: {}, c: {} }`;

    expect(await problemsOf(two)).toEqual([
      'sources.dev.promoteOnReload.enabled: a reload would be promoted in a circle: dev → test → dev',
    ]);
    expect(await problemsOf(three)).toEqual([
      'sources.a.promoteOnReload.enabled: a reload would be promoted in a circle: a → b → c → a',
    ]);
  });

  it('is allowed where one site of the circle asks for approval', async () => {
    const text = `${sites('dev', 'test')}sources:\n  dev: ${reloading('test')}\n  test: {}\ntargets: { dev: {}, test: {} }`;

    expect(await problemsOf(text)).toEqual([]);
  });
});
