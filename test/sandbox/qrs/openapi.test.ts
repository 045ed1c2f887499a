import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findOpenApi, type Judge, loadJudge } from './openapi.ts';
import { type CallOptions, type Json, startTestSite, type TestSite } from './test-site.ts';

const file = findOpenApi();
const skipped = file === undefined ? ' (skipped: no shared/facts/qrs-openapi-38.22.json beside the project)' : '';

describe.skipIf(file === undefined)(`the official description${skipped}`, () => {
  let site: TestSite;
  let judge: Judge;
  let app: string;

  beforeAll(async () => {
    site = await startTestSite();
    judge = loadJudge(file!);
    site.actAs.createTag('gold');
    app = site.actAs.createApp({ name: 'Judged', owner: 'ACME\\ann' });
    site.actAs.publish(app, 'Sales');
    site.actAs.setTags(app, 'ACME\\ann', ['gold']);
    site.actAs.setProperties(app, 'ACME\\bob', { Approval: ['Approve'], 'Promote to': ['prod/Sales'] });
    site.actAs.createTask(app, 'Nightly');
  });

  afterAll(() => site[Symbol.asyncDispose]());

  async function right(method: string, target: string, options: CallOptions = {}): Promise<Json> {
    const answer = await site.call(method, target, options);
    expect(judge(method, target, answer.status, answer.json)).toBeUndefined();
    return answer.json;
  }

  test.each([
    'app',
    'app/object',
    'stream',
    'user',
    'tag',
    'custompropertydefinition',
    'servernodeconfiguration',
    'servicecluster',
    'systemrule',
    'reloadtask',
  ])('fits lists, counts and single reads of %s', async (kind) => {
    if (kind === 'systemrule') await right('POST', '/qrs/systemrule', { body: rule });
    const [first] = await right('GET', `/qrs/${kind}/full`);
    await right('GET', `/qrs/${kind}`);
    await right('GET', `/qrs/${kind}/full?privileges=true&orderby=id`);
    await right('GET', `/qrs/${kind}/count`);
    await right('GET', `/qrs/${kind}/${first.id}`);
  });

  test('fits the life of an app', async () => {
    const token = randomUUID();
    const copy = await right('POST', `/qrs/app/${app}/copy?name=Copy`);
    const changed = await right('PUT', `/qrs/app/${copy.id}`, { body: { ...copy, description: 'x' } });
    const stream = (await right('GET', '/qrs/stream'))[0].id;
    await right('PUT', `/qrs/app/${changed.id}/publish?stream=${stream}`);
    await right('PUT', `/qrs/app/${app}/replace?app=${copy.id}`);
    await right('POST', `/qrs/app/${app}/reload`);
    await right('GET', `/qrs/app/${app}/state`);
    const ticket = await right('POST', `/qrs/app/${app}/export/${token}`);
    const { bytes } = await site.call('GET', ticket.downloadPath);
    await right('DELETE', `/qrs/app/${app}/export/${token}`);
    await right('POST', '/qrs/app/upload?name=Up', { raw: bytes });
    await right('POST', `/qrs/app/upload/replace?targetappid=${copy.id}`, { raw: bytes });
    await right('POST', '/qrs/app/table', { body: { columns: [{ name: 'n', columnType: 1, definition: 'name' }] } });
    await right('DELETE', `/qrs/app/${copy.id}`);
  });

  test('fits notifications, tasks, selections, rule audits and about', async () => {
    const { value } = await right('POST', '/qrs/notification?name=app', { body: 'http://127.0.0.1:9/x' });
    await right('DELETE', `/qrs/notification?handle=${value}`);
    await right('GET', '/qrs/notification/changes?since=2020-01-01T00:00:00.000Z&types=App');
    const [task] = await right('GET', '/qrs/reloadtask');
    await right('POST', `/qrs/task/${task.id}/start`);
    await right('POST', `/qrs/task/${task.id}/start/synchronous`);
    const selection = await right('POST', `/qrs/selection/app?filter=id%20eq%20${app}`);
    const entity = await right('GET', `/qrs/selection/${selection.id}/app/synthetic`);
    const properties = [{ name: 'description', value: 'all', valueIsDifferent: false, valueIsModified: true }];
    await right('PUT', `/qrs/selection/${selection.id}/app/synthetic`, { body: { ...entity, properties } });
    await right('GET', `/qrs/selection/${selection.id}`);
    await right('GET', `/qrs/selection/${selection.id}/app`);
    await right('DELETE', `/qrs/selection/${selection.id}`);
    const audit = { resourceType: 'App', resourceRef: { resourceFilter: `id eq ${app}` }, actions: 4, auditLimit: 10 };
    const { matrix } = await right('POST', '/qrs/systemrule/security/audit/matrix', { body: audit });
    await right('GET', '/qrs/servernodeconfiguration/local');
    await right('GET', '/qrs/about');
    await right('GET', '/qrs/about/openapi');

    expect(site.app(app)?.['description']).toBe('all');
    expect(matrix).toContainEqual(expect.objectContaining({ resourceId: app, audit: { access: 4 } }));
  });

  test.each([
    ['stream', { name: 'Made' }],
    ['tag', { name: 'Made' }],
    ['user', { userId: 'eve', userDirectory: 'ACME', removedExternally: false, blacklisted: false }],
    ['custompropertydefinition', { name: 'Made', valueType: 'Text', choiceValues: ['a'], objectTypes: ['App'] }],
    ['systemrule', { name: 'Rule', resourceFilter: 'App_*', actions: 2, rule: 'user.name="x"', category: 'Security' }],
  ])('fits making, changing and deleting a %s', async (kind, body) => {
    const made = await right('POST', `/qrs/${kind}`, { body });
    const changed = await right('PUT', `/qrs/${kind}/${made.id}`, { body: { ...made, name: 'Changed' } });
    await right('DELETE', `/qrs/${kind}/${made.id}`);

    expect(changed.name).toBe('Changed');
    expect((await site.call('GET', `/qrs/${kind}/${made.id}`)).status).toBe(404);
  });

  test('tells a wrong answer from a right one', () => {
    expect(judge('GET', '/qrs/about', 200, { buildVersion: 7 })).toContain('buildVersion');
    expect(judge('DELETE', `/qrs/app/${app}`, 200, undefined)).toContain('204');
    expect(judge('GET', '/qrs/app/full', 200, [{ name: 'x', owner: null, surprise: 1 }])).toContain('additional');
  });
});

const rule = { name: 'All', resourceFilter: '*', actions: 1, rule: 'true', category: 'Security' };
