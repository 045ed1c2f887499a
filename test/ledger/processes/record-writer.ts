/** `record-writer.ts <file>`: writes records without end and tells the number of each once it was written. */
import { openLedger } from '../../../ledger/ledger.ts';

const ledger = await openLedger({ kind: 'sqlite', file: process.argv[2] ?? '' });
for (let n = 0; ; n++) {
  await ledger.record({ promotionKey: 'p', seq: String(n), type: 't', atUtc: '2026-11-21T12:00:00.000Z' });
  process.stdout.write(`${n}\n`);
}
