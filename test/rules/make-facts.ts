import { constant, constantFrom, type Arbitrary, record, uniqueArray, oneof } from 'fast-check';
import type { AppFacts, PropertyRow } from '../../rules/app-facts.ts';
import type { AskFacts, AskPolicy } from '../../rules/ask.ts';
import { readPropertyRequest, type PropertyNames, type PropertyWords } from '../../rules/property-request.ts';
import type { ObjectFacts, Revision } from '../../rules/revision.ts';
import type { RememberedDecision } from '../../rules/same-decision.ts';

export const names: PropertyNames = {
  server: 'PromoteToServer',
  stream: 'PromoteToStream',
  approval: 'PromotionApproval',
  unpublish: 'PromotionUnpublish',
  versioning: 'PromotionS3Versioning',
  reload: 'PromoteOnReload',
};

export const words: PropertyWords = {
  approve: ['Approve'],
  deny: ['Deny'],
  yes: ['True'],
  overwrite: ['Overwrite'],
  duplicate: ['Duplicate'],
};

export const REP = { id: 'u-rep', directory: 'COMPANY', userId: 'rep', name: 'Rep' };
export const MANAGER = 'COMPANY\\manager';
export const FIRST_START = '2026-01-01T00:00:00.000Z';
export const PUBLISHED = '2026-01-02T00:00:00.000Z';
export const DECIDED = '2026-01-03T00:00:00.000Z';

let rowNumber = 0;

export function row(name: string, value: string, more: Partial<PropertyRow> = {}): PropertyRow {
  rowNumber += 1;
  return { id: `row-${rowNumber}`, name, value, modifiedUtc: DECIDED, modifiedBy: MANAGER, ...more };
}

/** Rows of these properties, in the order given. */
export function rowsOf(values: Readonly<Record<string, readonly string[]>>): PropertyRow[] {
  return Object.entries(values).flatMap(([name, some]) => some.map((value) => row(name, value)));
}

export function app(more: Partial<AppFacts> = {}): AppFacts {
  return {
    id: 'app',
    name: 'Sales Overview',
    description: '',
    stream: { id: 'stream', name: 'Sales' },
    publishedAtUtc: PUBLISHED,
    modifiedUtc: PUBLISHED,
    modifiedBy: 'COMPANY\\rep',
    owner: REP,
    rows: [],
    tags: [],
    sizeBytes: 1000,
    ...more,
  };
}

export function object(id: string, more: Partial<ObjectFacts> = {}): ObjectFacts {
  return {
    engineObjectId: id,
    objectType: 'sheet',
    name: `Sheet ${id}`,
    modifiedUtc: PUBLISHED,
    contentHash: `hash of ${id}`,
    sizeBytes: 10,
    ...more,
  };
}

export const readRequest = (rows: readonly PropertyRow[], targets: readonly string[] = ['test', 'prod']) =>
  readPropertyRequest({ rows }, names, words, targets);

export const policy: AskPolicy = {
  approval: { approvers: 'anyone', ownerMayApprove: true },
  serviceAccounts: ['INTERNAL\\sa_api'],
  reload: { enabled: true, tag: 'PromoteOnReload' },
  whenChanged: 'reapprove',
  dataCounts: false,
};

/** Facts of an app as it stands, with its request read. */
export function facts(of: AppFacts | undefined, more: Partial<AskFacts> = {}): AskFacts {
  const revision: Revision = { publishedAtUtc: of?.publishedAtUtc, reloadedAtUtc: of?.reloadedAtUtc, objects: [] };
  return {
    app: of,
    request: of && readRequest(of.rows),
    revision,
    revisionKey: 'revision-1',
    remembered: undefined,
    firstStartUtc: FIRST_START,
    groupsOf: () => [],
    ...more,
  };
}

/** The approval that rows like these are remembered as. */
export function remembering(rows: readonly PropertyRow[], more: Partial<RememberedDecision> = {}): RememberedDecision {
  return {
    decisionId: 'decision-1',
    verdict: 'approve',
    approvalRowIds: rows.filter(({ name }) => name === names.approval).map(({ id }) => id),
    rowIds: rows.map(({ id }) => id),
    targets: [{ site: 'test', mode: 'overwrite', streams: ['Sales'] }],
    revisionKey: 'revision-1',
    absentSeen: false,
    baseline: false,
    stale: false,
    ...more,
  };
}

export const complete = { [names.server]: ['test - Overwrite'], [names.stream]: ['Sales'] };

const nearWords = ['Approve', 'approve ', 'Disapprove', 'Approved', 'Deny', 'DENY', 'Confidential', 'Denied', ''];
const servers = ['test - Overwrite', 'test - Duplicate', 'prod-duplicate', 'TEST -overwrite', 'prod', 'qa - Overwrite'];
const yesWords = ['True', 'true', 'Untrue', 'False', 'yes'];

const value = (name: string, values: readonly string[]): Arbitrary<PropertyRow> =>
  record({
    id: constant('row'),
    name: constantFrom(name, name.toUpperCase()),
    value: constantFrom(...values),
    modifiedUtc: constantFrom(DECIDED, '2026-01-04T00:00:00.000Z', '2025-12-01T00:00:00.000Z'),
    modifiedBy: constantFrom(MANAGER, 'COMPANY\\rep', 'COMPANY\\other'),
  });

/** Rows as people set them, right words and near misses. */
export const anyRow: Arbitrary<PropertyRow> = oneof(
  value(names.approval, nearWords),
  value(names.server, servers),
  value(names.stream, ['Sales', 'sales', 'Finance', ' Sales ', 'id:3f2504e0-4f89-41d3-9a0c-0305e82c3301']),
  value(names.unpublish, yesWords),
  value(names.versioning, yesWords),
  value(names.reload, yesWords),
  value('Department', ['Approve', 'Deny', 'True']),
);

/** Rows of one app: each value once, each row with its own id. */
export const anyRows: Arbitrary<PropertyRow[]> = uniqueArray(anyRow, {
  maxLength: 8,
  selector: ({ name, value }) => `${name}\n${value}`,
}).map((rows) => rows.map((one, index) => ({ ...one, id: `row-${index}` })));
