import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let quoted: string;
let published: string;

beforeAll(async () => {
  site = await startTestSite();
  site.actAs.createTag('gold');
  quoted = site.actAs.createApp({ name: "Q1'25 \\ net", owner: 'ACME\\ann' });
  published = site.actAs.createApp({ name: 'Budget', owner: 'ACME\\bob', description: 'plan' });
  site.actAs.publish(published, 'Sales');
  site.actAs.setTags(published, 'ACME\\bob', ['gold']);
  site.actAs.setProperties(published, 'ACME\\bob', { Approval: ['Approve'], 'Promote to': ['prod/Sales'] });
});

afterAll(() => site[Symbol.asyncDispose]());

async function names(filter: string, kind = 'app'): Promise<string[]> {
  const answer = await site.call('GET', `/qrs/${kind}/full?filter=${encodeURIComponent(filter)}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return (answer.json as { name: string }[]).map((item) => item.name);
}

describe('filters', () => {
  test.each([
    ["name eq 'budget'", ['Budget']],
    ["name eq 'Q1\\'25 \\\\ net'", ["Q1'25 \\ net"]],
    ["name sw 'q1' or name ew 'GET'", ["Q1'25 \\ net", 'Budget']],
    ["name so 'dg' and published eq true", ['Budget']],
    ["name ne 'Budget'", ["Q1'25 \\ net"]],
    ['published eq false', ["Q1'25 \\ net"]],
    ["publishTime ne '1753-01-01T00:00:00.000Z'", ['Budget']],
    ["publishTime gt '2012-05-09 12:00:00'", ['Budget']],
    ["stream.name eq 'SALES'", ['Budget']],
    ["stream.name ne 'Sales'", ["Q1'25 \\ net"]],
    ["owner.userId eq 'bob' and owner.userDirectory eq 'acme'", ['Budget']],
    ["tags.name eq 'gold'", ['Budget']],
    ["customProperties.value eq 'Approve' and customProperties.definition.name eq 'Promote to'", ['Budget']],
    ["((name eq 'x') or (name eq 'y' or name eq 'Budget')) and published eq true", ['Budget']],
    ["name eq 'Budget' or name eq 'x' and name eq 'y'", ['Budget']],
    ['availabilityStatus eq Available and fileSize gt 10', ["Q1'25 \\ net", 'Budget']],
    ["name eq 'nothing'", []],
  ])('finds what %s says', async (filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  test('finds by bare ids, many at once, and objects by app', async () => {
    expect(await names(`id eq ${quoted} or id eq ${published}`)).toHaveLength(2);
    const objects = await site.call('GET', `/qrs/app/object/full?filter=app.id%20eq%20${published}`);

    expect(objects.json.map((object: { objectType: string }) => object.objectType)).toEqual(
      expect.arrayContaining(['sheet', 'measure', 'dimension', 'app_appscript']),
    );
    expect(objects.json[0]).toMatchObject({ approved: true, published: true, app: { id: published, name: 'Budget' } });
  });

  test.each([
    ['()', 'Invalid expression'],
    ["name eq 'Q1''25'", "Cannot parse the expression: name eq 'Q1''25'"],
    ['name eq "Budget"', 'Cannot parse the expression: name eq "Budget"'],
    ["name eq 'open", "Cannot parse the expression: name eq 'open"],
    ["name like 'x'", "Cannot parse the expression: name like 'x'"],
    ['published sw true', 'Cannot parse the expression: published sw true'],
    ["(name eq 'x'", "Cannot parse the expression: (name eq 'x'"],
    ["name eq 'x' and", "Cannot parse the expression: name eq 'x' and"],
    ["@Approval eq 'Approve'", 'Unknown property: @Approval'],
  ])('answers 400 to %s', async (filter, text) => {
    const answer = await site.call('GET', `/qrs/app?filter=${encodeURIComponent(filter)}`);

    expect(answer).toMatchObject({ status: 400, text });
  });

  test('counts and orders', async () => {
    const count = await site.call('GET', '/qrs/app/count');
    const ordered = await site.call('GET', '/qrs/app?orderby=name');
    const reversed = await site.call('GET', '/qrs/app?orderby=-name');

    expect(count.json).toEqual({ value: 2 });
    expect(ordered.json.map((app: { id: string }) => app.id)).toEqual([published, quoted]);
    expect(reversed.json.map((app: { id: string }) => app.id)).toEqual([quoted, published]);
  });

  test('pages apps as a table', async () => {
    const columns = [{ name: 'n', columnType: 'Property', definition: 'name' }];

    const answer = await site.call('POST', '/qrs/app/table?skip=1&take=1&sortcolumn=name', { body: { columns } });

    expect(answer).toMatchObject({ status: 201, json: { columnNames: ['n'], rows: [["Q1'25 \\ net"]] } });
  });

  test('hides a new app from queries, not from its id, as long as the repository lags', async () => {
    await using lagging = await startTestSite({ switches: { visibilityLagMs: 60_000 } });

    const id = lagging.actAs.createApp({ name: 'New', owner: 'ACME\\ann' });

    expect((await lagging.call('GET', '/qrs/app')).json).toEqual([]);
    expect((await lagging.call('GET', `/qrs/app/${id}`)).status).toBe(200);
  });
});
