import { setImmediate } from 'node:timers/promises';
import { type Audit, type AuditLink, FIRST_PREVIOUS_HASH } from '../../ledger/audit.ts';

/**
 * What is wrong with the chain, at its first wrong entry:
 * - `changed`: what stands in the entry does not fit its hash
 * - `replaced`: the entry does not follow from the one before; one of both was written anew, with a hash that fits
 * - `missing`: there is no entry of this number, but there are later ones
 * - `added`: an entry of this number stands where none can
 * - `tail-missing`: the trail went on from this number, and its end was taken away
 * - `head-changed`: the chain is whole, but what is written down beside it of its end is not, or is gone
 */
export type AuditFaultKind = 'changed' | 'replaced' | 'missing' | 'added' | 'tail-missing' | 'head-changed';

export interface AuditFault {
  readonly kind: AuditFaultKind;
  readonly n: number;
  /** Time and event of the entry; null where there is none. */
  readonly atUtc: string | null;
  readonly type: string | null;
}

/** What became of a check of the chain. Fields are added to it, never renamed or removed. */
export interface AuditVerdict {
  /** The whole chain holds, and the hash that was asked for is part of it. */
  readonly holds: boolean;
  /** Entries from the first one on that hold. */
  readonly entries: number;
  /** The hash of the last of them. */
  readonly lastHash: string;
  readonly fault: AuditFault | null;
  /** The hash that was asked for, and the number of its entry; null where none of those that hold bears it. */
  readonly expected: { readonly hash: string; readonly n: number | null } | null;
}

const PAGE = 1000;

/** What has been walked through: the number and hash of the last entry that holds. */
interface Walked {
  n: number;
  hash: string;
  expectedN: number | null;
}

/**
 * Walks the chain from its first entry to its last, in constant memory, while others go on writing. `expect`: a hash that
 * was written down earlier. Reads only.
 */
export async function verifyAudit(
  ledger: Pick<Audit, 'auditLinks' | 'auditHead'>,
  expect?: string,
): Promise<AuditVerdict> {
  const walked: Walked = {
    n: 0,
    hash: FIRST_PREVIOUS_HASH,
    expectedN: expect === FIRST_PREVIOUS_HASH ? 0 : null,
  };
  const fault = (await walk(ledger, walked, expect)) ?? null;
  const expected = expect === undefined ? null : { hash: expect, n: walked.expectedN };
  const holds = fault === null && expected?.n !== null;
  return { holds, entries: walked.n, lastHash: walked.hash, fault, expected };
}

async function walk(
  ledger: Pick<Audit, 'auditLinks' | 'auditHead'>,
  walked: Walked,
  expect: string | undefined,
): Promise<AuditFault | undefined> {
  for (;;) {
    const afterN = walked.n === 0 ? undefined : walked.n;
    const page = await ledger.auditLinks({ afterN, limit: PAGE });
    for (const link of page) {
      const fault = faultOf(link, walked);
      if (fault) return fault;
      walked.n = link.n;
      walked.hash = link.hash;
      if (link.hash === expect) walked.expectedN = link.n;
    }
    // SQLite answers at once: without a turn of their own, all others of this process would wait for the end.
    await setImmediate();
    if (page.length === PAGE) continue;
    // Read after the entries: whoever appended meanwhile has moved it on, and the walk goes on.
    const head = await ledger.auditHead();
    const goesOn = (head?.n ?? 0) > walked.n && (await ledger.auditLinks({ afterN: walked.n, limit: 1 })).length > 0;
    if (!goesOn) return faultOfEnd(head, walked);
  }
}

function faultOf(link: AuditLink, { n, hash }: Walked): AuditFault | undefined {
  const { atUtc, type } = link;
  if (link.n > n + 1) return { kind: 'missing', n: n + 1, atUtc: null, type: null };
  if (link.n < n + 1) return { kind: 'added', n: link.n, atUtc, type };
  if (link.hash !== link.fittingHash) return { kind: 'changed', n: link.n, atUtc, type };
  return link.previousHash === hash ? undefined : { kind: 'replaced', n: link.n, atUtc, type };
}

function faultOfEnd(
  head: { readonly n: number; readonly hash: string } | undefined,
  { n, hash }: Walked,
): AuditFault | undefined {
  const at = { atUtc: null, type: null };
  if (!head) return { kind: 'head-changed', n, ...at };
  if (head.n > n) return { kind: 'tail-missing', n: n + 1, ...at };
  if (head.n < n) return { kind: 'added', n: head.n + 1, ...at };
  return head.hash === hash ? undefined : { kind: 'head-changed', n, ...at };
}
