import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chained, FIRST_PREVIOUS_HASH, hashOfEntry } from '../../ledger/audit-chain.ts';
import { type AuditEntry, rowOfEntry } from '../../ledger/audit-entry.ts';
import { kindOfRecord, recordTypesOfAudit } from '../../ledger/audit-kinds.ts';
import { noon } from './suites/store-under-test.ts';

const root = join(import.meta.dirname, '..', '..');

const text = fc.option(fc.string({ unit: 'binary', maxLength: 6 }), { nil: undefined });
const entries: fc.Arbitrary<AuditEntry> = fc.record({
  kind: fc.constant('sign-in' as const),
  type: fc.string({ maxLength: 3 }),
  atUtc: fc.constant(noon),
  by: fc.option(fc.record({ account: fc.string({ maxLength: 3 }), door: text }), { nil: undefined }),
  site: text,
  appId: text,
  appName: text,
  promotionKey: text,
  seq: text,
  facts: fc.jsonValue(),
});

describe('the chain of the audit trail', () => {
  it('gives different entries different hashes, wherever one text ends and the next begins', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const [a, b] = [one, other].map((entry) => chained(first, [rowOfEntry(entry, undefined)])[0]!);
        expect(a!.hash === b!.hash).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 300 },
    );
    const site = rowOfEntry({ kind: 'store', type: 'a', atUtc: noon, site: 'ab', appName: '' }, undefined);
    const row = { ...site, n: 1, previous_hash: FIRST_PREVIOUS_HASH };
    expect(hashOfEntry({ ...row, site: 'a', app_name: 'b' })).not.toBe(hashOfEntry(row));
    expect(hashOfEntry({ ...row, app_name: null })).not.toBe(hashOfEntry(row));
  });

  it('keeps the form of its hashes: entries bear them for ever', () => {
    const by = { account: 'CORP\\ann', door: 'qmc', asserted: false };
    const entry = {
      kind: 'decision',
      type: 'approve',
      atUtc: noon,
      by,
      site: 'dev',
      facts: { note: 'Größe' },
    } as const;

    const rows = chained(
      first,
      [entry, entry].map((one) => rowOfEntry(one, undefined)),
    );

    expect(rows.map(({ hash }) => hash)).toEqual([
      '0d9701e1d36e721bf04ef4efff1e464f2cf61f6eb2f0fa26229baa975268deb2',
      'fd1f9ee5d44e922492d168a142b14e26b7be999b54df33f4ec21fe9d66ef0fb7',
    ]);
  });

  it('has a kind for every type of record that the product writes', () => {
    const written = sourceFiles().flatMap((file) => {
      const source = readFileSync(file, 'utf8');
      return source.includes('record(')
        ? [...source.matchAll(/\btype: '([a-z-]+)', (?:atUtc|site|appId)|\btype: '([a-z-]+)',\n\s+atUtc/g)].map(
            (match) => match[1] ?? match[2],
          )
        : [];
    });

    expect(new Set(written).size).toBeGreaterThan(12);
    expect(written.filter((type) => !recordTypesOfAudit.includes(type ?? ''))).toEqual([]);
    expect(kindOfRecord({ seq: 'deliver/test/aborted', type: 'aborted' })).toBe('delivery');
    expect(kindOfRecord({ seq: 'closed', type: 'aborted' })).toBe('promotion');
  });
});

const first = { n: 0, hash: FIRST_PREVIOUS_HASH };

function sourceFiles(): string[] {
  return ['activities', 'starter', 'worker', 'backup'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(root, room, file)),
  );
}
