/**
 * `audit-racer.ts <place as JSON> <name> <count>`: waits for its standard input to end, then records `count` steps, each
 * third with another in one transaction, and pauses and resumes a site of its own.
 */
import { type LedgerPlace, openLedger } from '../../../ledger/ledger.ts';

const [place = '', name = '', count = '0'] = process.argv.slice(2);
process.stdout.write('ready\n');
for await (const _ of process.stdin);

const ledger = await openLedger(JSON.parse(place) as LedgerPlace);
const by = { account: name, door: 'cli', asserted: true };
const step = (seq: string) => ({ promotionKey: name, seq, type: 'planned', atUtc: new Date().toISOString() });
for (let n = 0; n < Number(count); n++) {
  if (n % 3 === 0) {
    await ledger.withTransaction(async (store) => {
      await store.record(step(`${n}`));
      await store.record(step(`${n} too`));
    });
  } else await ledger.record(step(`${n}`));
}
await ledger.pauseSite({ site: name, why: 'a race', by });
await ledger.resumeSite({ site: name, by });
await ledger.close();
