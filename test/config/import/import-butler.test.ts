import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { butlerWords, importButler } from '../../../config/import/import-butler.ts';
import type { Imported } from '../../../config/import/import-book.ts';
import { importReport } from '../../../config/import/import-report.ts';
import { importYaml } from '../../../config/import/import-yaml.ts';
import { configFromYaml } from '../../../config/load.ts';
import { temporaryFolder } from '../write-config.ts';
import { canaries, fullButler, sampleButler, smallButler } from './butler-files.ts';
import { leavesOf, said, untold } from './import-told.ts';

const folder = temporaryFolder();
const forward = 'Butler.mqttConfig.qlikSenseCloud.event.mqttForward';
const tenant = 'Butler.qlikSenseCloud.event.mqtt.tenant';
const alert = (kind: string): string => `${tenant}.alert.${kind}Notification.reloadAppFailure`;

const yamlOf = (result: Imported): string => importYaml(result, butlerWords);
const imported = (text: string): Imported => importButler(parse(text));
const configOf = (result: Imported) => configFromYaml(yamlOf(result), folder, {});

/** The values of a text, with others at some keys; undefined takes the key out. */
function valuesOf(text: string, others: Readonly<Record<string, unknown>>): unknown {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(others)) {
    if (value === undefined) document.deleteIn(key.split('.'));
    else document.setIn(key.split('.'), document.createNode(value));
  }
  return document.toJS();
}

const changed = (text: string, others: Readonly<Record<string, unknown>>): Imported =>
  importButler(valuesOf(text, others));

/** Every value of the part that is about Qlik Cloud, by its key. */
function cloudLeaves(values: unknown): string[] {
  const isCloud =
    /^Butler\.(qlikSenseCloud|genericUrls|emailNotification\.(enable|smtp)|mqttConfig\.(enable|azureEventGrid|qlikSenseCloud)|scriptLog\.storeOnDisk\.qsCloud)\b/;
  return leavesOf(values).filter((key) => isCloud.test(key));
}

describe('a Butler configuration in use', () => {
  const result = imported(fullButler);
  const { alerts, mail } = configOf(result);

  it('becomes a broker and a tenant', () => {
    expect(alerts.broker).toMatchObject({
      url: 'mqtts://mqtt.company.com:8765',
      login: { user: 'butler' },
      topic: 'qscloud/app/reload/#',
    });
    expect(alerts.broker?.login?.password?.describe()).toBe('${env:WAYBILL_BROKER_PASSWORD}');
    expect(Object.keys(alerts.tenants)).toEqual(['company']);
    expect(alerts.tenants['company']).toMatchObject({
      id: 'QzV3kW9vTt0',
      url: 'https://company.eu.qlikcloud.com',
      comment: 'Production tenant',
      links: { 'What to do': 'https://wiki.company.com/reloads', 'What to do (2)': 'https://runbook.company.com/' },
    });
    expect(alerts.tenants['company']?.apiKey?.describe()).toBe('${env:WAYBILL_QLIK_API_KEY}');
    expect(alerts.scriptLogs).toMatchObject({ enabled: true });
  });

  it('has console and hub the right way round', () => {
    expect(alerts.tenants['company']).toMatchObject({
      qmcUrl: 'https://company.eu.qlikcloud.com/admin/home',
      hubUrl: 'https://company.eu.qlikcloud.com/analytics/home',
    });
    expect(said(result, 'changed')).toContainEqual(expect.stringContaining(`${tenant}.qlikSenseUrls.qmc: They were`));
  });

  it('becomes a destination in Teams, which needs the address of a workflow now', () => {
    expect(alerts.destinations.teams['reload-failures']).toMatchObject({
      enabled: true,
      onlyTagged: 'Alert Teams',
      message: 'basic',
      basicText: 'Failed: "{{appName}}"',
      rateLimitMs: 15_000,
    });
    expect(said(result, 'look')).toContainEqual(
      expect.stringMatching(/teams.*webhookURL: Teams connectors are retired/),
    );
    expect(said(result, 'look')).toContainEqual(
      expect.stringMatching(/templateFile: Butler's example names this file/),
    );
  });

  it('becomes a destination in Slack, switched off as it is in Butler', () => {
    expect(alerts.destinations.slack['reload-failures']).toMatchObject({
      enabled: false,
      channel: 'sense-task-failure',
      userName: 'Qlik Sense',
      icon: ':ghost:',
      message: 'basic',
      basicText: 'Failed: {{ appName }}',
      headLines: 0,
      tailLines: 500,
      rateLimitMs: 300_000,
      template: expect.stringMatching(/failed-reload-qscloud\.handlebars$/) as string,
    });
    expect(alerts.destinations.slack['reload-failures']).not.toHaveProperty('onlyTagged');
  });

  it('becomes mails to the recipients of tagged apps, and mails to owners of every app', () => {
    const { 'reload-failures': recipients, 'reload-failures-owners': owners } = alerts.destinations.mail;

    expect(recipients).toMatchObject({
      enabled: true,
      onlyTagged: 'Alert mail',
      recipients: ['emma@company.com', 'patrick@company.com'],
      owner: { enabled: false },
      subject: '❌ Qlik Sense reload failed: "{{appName}}"',
      priority: 'high',
      rateLimitMs: 3_600_000,
    });
    expect(owners).toMatchObject({
      enabled: true,
      recipients: [],
      owner: { enabled: true, only: ['anna@company.com', 'joe@company.com'], except: ['daniel@company.com'] },
    });
    expect(owners).not.toHaveProperty('onlyTagged');
    expect(yamlOf(result)).toContain('template: D:\\butler\\email_templates\\failed-reload-qscloud.handlebars');
    expect(said(result, 'look')).toContainEqual(expect.stringContaining('recipients[3]: This is no mail address'));
    expect(said(result, 'changed')).toContainEqual(expect.stringContaining('{{taskName}} was empty'));
  });

  it('becomes a mail server', () => {
    expect(mail).toMatchObject({
      enabled: true,
      host: 'smtp.company.com',
      port: 587,
      tls: 'starttls',
      serverName: 'mail.company.com',
      from: 'Qlik Sense (no-reply) <noreply@company.com>',
      login: { user: 'butler' },
    });
    expect(mail.login?.password.describe()).toBe('${env:WAYBILL_SMTP_PASSWORD}');
    expect(said(result, 'look')).toContainEqual(
      expect.stringContaining('rejectUnauthorized: Butler takes any certificate'),
    );
  });

  it('says which variable takes the secret of which key, and shows none of them', () => {
    expect(Object.fromEntries(result.variables.map(({ name, key }) => [name, key]))).toEqual({
      WAYBILL_BROKER_PASSWORD: `${forward}.broker.password`,
      WAYBILL_QLIK_API_KEY: `${tenant}.auth.jwt.token`,
      WAYBILL_SMTP_PASSWORD: 'Butler.emailNotification.smtp.auth.password',
      WAYBILL_SLACK_WEBHOOK: `${alert('slack')}.webhookURL`,
      WAYBILL_TEAMS_WEBHOOK: `${alert('teams')}.webhookURL`,
    });
    const all = JSON.stringify(result) + yamlOf(result) + importReport(result, butlerWords);
    expect(canaries.filter((canary) => all.includes(canary))).toEqual([]);
    expect(said(result, 'dropped')).toContainEqual(expect.stringContaining('genericUrls[2].url: It holds a password'));
  });

  it('has a comment wherever a person has to look, beside the setting', () => {
    const yaml = yamlOf(result);

    expect(yaml).toMatch(/# LOOK: \S+teams\S+webhookURL: Teams\n( +# [^\n]*\n)+ +webhook: /);
    for (const { key } of result.notes.filter(({ kind }) => kind === 'look')) expect(yaml).toContain(`LOOK: ${key}:`);
  });
});

describe('every key of Butler that is about Qlik Cloud', () => {
  it.each([
    ['in use', fullButler],
    ['of the template', sampleButler],
    ['small', smallButler],
  ])('is carried over or told of: %s', (_, text) => {
    const result = imported(text);

    expect(cloudLeaves(parse(text)).length).toBeGreaterThan(3);
    expect(untold(result, cloudLeaves(parse(text)))).toEqual([]);
    expect(said(result, 'dropped').filter((line) => line.includes('does not know'))).toEqual([]);
  });

  it('is told of when Waybill does not know it', () => {
    const result = changed(fullButler, {
      [`${tenant}.alert.pagerNotification`]: { enable: true },
      [`${tenant}.auth.oauth`]: 'x',
      'Butler.scriptLog.storeOnDisk.qsCloud.other': [1],
    });

    expect(
      said(result, 'dropped')
        .filter((line) => line.includes('does not know'))
        .map((line) => line.split(':')[0]),
    ).toEqual([
      `${tenant}.auth.oauth`,
      `${tenant}.alert.pagerNotification`,
      'Butler.scriptLog.storeOnDisk.qsCloud.other',
    ]);
  });

  it('can be lacking with its whole group, or have something else in its place', () => {
    const leaves = cloudLeaves(parse(fullButler));
    const groups = new Set(leaves.flatMap((leaf) => leaf.split('.').map((_, end, all) => all.slice(0, end).join('.'))));
    const inside = [...groups].filter(
      (group) => group.startsWith(`${tenant}.`) || (group.includes('.') && !tenant.startsWith(group)),
    );

    expect(inside.length).toBeGreaterThan(20);
    for (const group of inside.filter((one) => !one.includes('['))) {
      for (const value of [undefined, null, 'x', 5, [], [[]]]) {
        const values = valuesOf(fullButler, { [group]: value });
        const result = importButler(values);

        configOf(result);
        expect(untold(result, cloudLeaves(values))).toEqual([]);
      }
    }
  });

  it('is told of where something else stands around it', () => {
    expect(changed(fullButler, { 'Butler.emailNotification': 'x' }).outside).toContain('Butler.emailNotification');
  });

  it('can have any value: the settings still load, no key is forgotten, and no placeholder is let in', () => {
    const keys = cloudLeaves(parse(fullButler)).filter((key) => !key.includes('['));
    const value = fc.oneof(
      fc
        .anything({ maxDepth: 1, withNullPrototype: false })
        .filter((one) => ['string', 'number', 'boolean'].includes(typeof one) || one === null),
      fc.constantFrom('', [], {}, 'x: y # z', '${env:HOME}', '${file:x}', -1, 0.5, 1e300, 'http://a:b@c', 'a\nb', [
        'a@b',
        { email: 'c@d' },
        1,
      ]),
    );

    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 }), (values) => {
        const result = changed(fullButler, values);
        const known = new Set(result.variables.map(({ name }) => `\${env:${name}}`));

        configOf(result);
        expect(
          [...yamlOf(result).matchAll(/^[^#\n]*(\$\{[^}]*\})/gm)]
            .map((match) => match[1])
            .filter((one) => !known.has(one!)),
        ).toEqual([]);
        expect(untold(result, Object.keys(values))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a Butler configuration that alerts nobody', () => {
  it('switches every destination off, and leaves out what is only an example', () => {
    const result = imported(sampleButler);
    const { alerts, mail } = configOf(result);

    const all = Object.values(alerts.destinations).flatMap((kind) => Object.values<{ enabled: boolean }>(kind));
    expect(all.map(({ enabled }) => enabled)).toEqual([false, false]);
    expect(alerts.broker).toBeUndefined();
    expect(mail.enabled).toBe(false);
    expect(alerts.tenants['tenant']?.hubUrl).toBe('https://tenant.region.qlikcloud.com');
    expect(said(result, 'dropped')).toContainEqual(expect.stringContaining('Nobody would get the mails'));
    expect(said(result, 'look')).toContainEqual(expect.stringContaining('qlikSenseCloud.enable: This is off'));
  });

  it('switches mails off where Butler has mails switched off as a whole', () => {
    const { alerts, mail } = configOf(changed(fullButler, { 'Butler.emailNotification.enable': false }));

    expect(mail.enabled).toBe(false);
    expect(alerts.destinations.mail['reload-failures']?.enabled).toBe(false);
    expect(alerts.destinations.teams['reload-failures']?.enabled).toBe(true);
  });
});

describe('single settings of Butler', () => {
  it('make a small configuration of a small one', () => {
    const result = imported(smallButler);

    expect(configOf(result).alerts.tenants['small']).toMatchObject({ id: 't1', url: 'https://small.de.qlikcloud.com' });
    expect(Object.keys(result.settings)).toEqual(['alerts']);
  });

  it.each([
    [{ secure: true }, 'implicit'],
    [{ secure: false, tls: { requireTLS: true, ignoreTLS: false } }, 'starttls'],
    [{ secure: false, tls: { requireTLS: false, ignoreTLS: true } }, 'none'],
    [{ secure: false, tls: { requireTLS: false, ignoreTLS: false } }, 'opportunistic'],
  ])('smtp %j becomes tls: %s', (smtp, tls) => {
    const values = { 'Butler.emailNotification.smtp': { host: 'h', ...smtp } };

    expect(configOf(changed(fullButler, values)).mail.tls).toBe(tls);
  });

  it('take the certificate for Event Grid where the broker is the same one', () => {
    const result = changed(fullButler, {
      'Butler.mqttConfig.brokerHost': 'mqtt.company.com',
      'Butler.mqttConfig.azureEventGrid': {
        enable: true,
        clientId: 'butler-1',
        clientCertFile: 'c.pem',
        clientKeyFile: 'k.pem',
      },
    });

    const { broker } = configOf(result).alerts;
    expect(broker).toMatchObject({
      login: { user: 'butler-1' },
      clientId: 'waybill-alerts',
      sessionExpiryMs: 28_800_000,
    });
    expect(broker?.client?.certificate).toMatch(/c\.pem$/);
    expect(result.variables.map(({ name }) => name)).not.toContain('WAYBILL_BROKER_PASSWORD');
  });

  it('say that the certificate for Event Grid belongs to another broker', () => {
    const result = changed(fullButler, { 'Butler.mqttConfig.azureEventGrid.enable': true });

    expect(configOf(result).alerts.broker).not.toHaveProperty('client');
    expect(said(result, 'look')).toContainEqual(expect.stringContaining('Does this broker want a certificate?'));
  });

  it.each([
    ['+/x', 'qscloud/app/reload', 'qscloud/app/reload/#', 1],
    ['qscloud/+/reload/#', 'qscloud/app/reload/', 'qscloud/app/reload/#', 0],
    ['qscloud/#', undefined, 'qscloud/#', 1],
    ['qscloud/#', 'qscloud/+', 'qscloud/#', 1],
  ])('subscription %s and topic %s become %s', (subscriptionRoot, appReload, topic, looks) => {
    const result = changed(fullButler, { [`${forward}.topic`]: { subscriptionRoot, appReload } });

    expect(configOf(result).alerts.broker?.topic).toBe(topic);
    expect(said(result, 'look').filter((line) => line.startsWith(`${forward}.topic`))).toHaveLength(looks);
  });

  it('send mails to all owners but some', () => {
    const result = changed(fullButler, { [`${alert('email')}.appOwnerAlert.includeOwner.includeAll`]: true });

    const { owner } = configOf(result).alerts.destinations.mail['reload-failures-owners']!;
    expect(owner).toMatchObject({ enabled: true, except: ['daniel@company.com'] });
    expect(owner).not.toHaveProperty('only');
  });

  it('do not look at a tag for owners, where there are no recipients', () => {
    const result = changed(fullButler, { [`${alert('email')}.recipients`]: null });

    const { mail } = configOf(result).alerts.destinations;
    expect(Object.keys(mail)).toEqual(['reload-failures']);
    expect(mail['reload-failures']).not.toHaveProperty('onlyTagged');
  });
});
