import { describe, expect, it } from 'vitest';
import type { AppFacts, PropertyRow } from '../../rules/app-facts.ts';
import { type AskFacts, askOf, type AskPolicy } from '../../rules/ask.ts';
import { readPropertyRequest } from '../../rules/property-request.ts';
import type { RememberedDecision } from '../../rules/same-decision.ts';

const BEFORE = '2025-01-01T08:00:00.000Z';
const FIRST_START = '2025-01-02T08:00:00.000Z';
const AFTER = '2025-01-03T08:00:00.000Z';
const MANAGER = 'COMPANY\\manager';

const names = {
  server: 'PromoteToServer',
  stream: 'PromoteToStream',
  approval: 'PromotionApproval',
  unpublish: 'PromotionUnpublish',
  versioning: 'PromotionS3Versioning',
  reload: 'PromoteOnReload',
};
const words = {
  approve: ['Approve'],
  deny: ['Deny'],
  yes: ['True'],
  overwrite: ['Overwrite'],
  duplicate: ['Duplicate'],
};

const policy: AskPolicy = {
  approval: { approvers: 'anyone', ownerMayApprove: true },
  serviceAccounts: [],
  reload: { enabled: false, tag: 'PromoteOnReload' },
  whenChanged: 'reapprove',
  dataCounts: false,
};

function row(name: string, value: string): PropertyRow {
  return { id: `${name}-${value}`, name, value, modifiedUtc: BEFORE, modifiedBy: MANAGER };
}

/** An app that stood approved before the first start; its objects were last changed at `changedUtc`. */
function approvedBefore(more: Partial<AskFacts> = {}, changedUtc = BEFORE): AskFacts {
  const app: AppFacts = {
    id: 'a',
    name: 'Sales Overview',
    description: '',
    stream: { id: 's', name: 'Sales' },
    publishedAtUtc: BEFORE,
    modifiedUtc: BEFORE,
    modifiedBy: MANAGER,
    owner: { id: 'o', directory: 'COMPANY', userId: 'rep', name: 'rep' },
    rows: [row(names.server, 'test - Overwrite'), row(names.stream, 'Sales'), row(names.approval, 'Approve')],
    tags: [],
    sizeBytes: 1,
  };
  const object = {
    engineObjectId: 'sheet-1',
    objectType: 'sheet',
    name: 'Sales',
    modifiedUtc: changedUtc,
    contentHash: 'h',
    sizeBytes: 1,
  };
  return {
    app,
    request: readPropertyRequest(app, names, words, ['test']),
    revision: { objects: [object], publishedAtUtc: BEFORE },
    revisionKey: 'r',
    remembered: undefined,
    firstStartUtc: FIRST_START,
    groupsOf: () => [],
    ...more,
  };
}

const baseline: RememberedDecision = {
  decisionId: 'standing r',
  verdict: 'approve',
  approvalRowIds: [`${names.approval}-Approve`],
  rowIds: [],
  targets: [{ site: 'test', mode: 'overwrite', streams: ['Sales'] }],
  revisionKey: 'r',
  absentSeen: false,
  baseline: true,
  stale: false,
};

describe('an approval that stood before the first start', () => {
  it('asks for nothing, remembered or not', () => {
    expect(askOf(approvedBefore(), policy)).toMatchObject({ ask: 'nothing', why: expect.stringContaining('adopt') });
    expect(askOf(approvedBefore({ remembered: baseline }), policy)).toMatchObject({ ask: 'nothing' });
  });

  it('is a new approval by its own author once it is adopted', () => {
    expect(askOf(approvedBefore({ adopted: true }), policy)).toMatchObject({
      ask: 'approve',
      identity: 'new',
      decidedBy: MANAGER,
      decidedAtUtc: BEFORE,
      targets: [{ site: 'test', mode: 'overwrite', streams: ['Sales'] }],
    });
  });

  it('asks for approval again, adopted or not, when the app was changed after it', () => {
    expect(askOf(approvedBefore({ adopted: true }, AFTER), policy)).toMatchObject({
      ask: 'wait',
      stale: { decidedBy: MANAGER, changes: [expect.stringContaining('Sales')] },
    });
  });

  it('still needs an author whom the policy lets approve', () => {
    const strict = {
      ...policy,
      approval: { approvers: { users: ['COMPANY\\boss'], groups: [] }, ownerMayApprove: true },
    };

    expect(askOf(approvedBefore({ adopted: true }), strict)).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'not-allowed' }],
    });
  });

  it('is not taken up twice: what was remembered after the adoption is the same decision', () => {
    const remembered = { ...baseline, baseline: false, decisionId: 'd' };

    expect(askOf(approvedBefore({ adopted: true, remembered }), policy)).toMatchObject({ identity: 'same' });
  });
});

describe('after the ledger was put back from a backup', () => {
  const restoredUtc = '2025-01-02T20:00:00.000Z';
  const adopted = true;

  it('targets that were added to a known approval before are waited with, those added after are delivered', () => {
    const remembered = { ...baseline, baseline: false, decisionId: 'd', targets: [] };

    expect(askOf(approvedBefore({ adopted, remembered, restoredUtc }), policy)).toMatchObject({
      ask: 'wait',
      problems: [{ kind: 'conflict', text: expect.stringContaining('may have been delivered') }],
    });
    expect(
      askOf(approvedBefore({ adopted, remembered, restoredUtc: '2024-12-31T00:00:00.000Z' }), policy),
    ).toMatchObject({ ask: 'approve', identity: 'added' });
  });

  it('a reload of before is not promoted, one of after is', () => {
    const reload = { ...policy, reload: { enabled: true, tag: 'PromoteOnReload', untaggable: true } };
    const reloadedAt = (reloadedAtUtc: string): AskFacts => {
      const facts = approvedBefore({ restoredUtc });
      const rows = [...facts.app!.rows.slice(0, 2), row(names.reload, 'True')];
      const app = { ...facts.app!, rows, reloadedAtUtc };
      return { ...facts, app, request: readPropertyRequest(app, names, words, ['test']) };
    };

    expect(askOf(reloadedAt('2025-01-02T19:00:00.000Z'), reload)).toMatchObject({ ask: 'nothing' });
    expect(askOf(reloadedAt(AFTER), reload)).toMatchObject({ ask: 'reload', reloadedAtUtc: AFTER });
  });
});
