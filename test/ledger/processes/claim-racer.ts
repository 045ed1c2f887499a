/**
 * `claim-racer.ts <file> <name> <count>`: waits for its standard input to end, then opens the ledger and claims the
 * keys 0 to count-1; tells the keys that it got as JSON.
 */
import { openLedger } from '../../../ledger/ledger.ts';

const [file = '', name = '', count = '0'] = process.argv.slice(2);
process.stdout.write('ready\n');
for await (const _ of process.stdin);

const ledger = await openLedger({ kind: 'sqlite', file });
const won: number[] = [];
for (let key = 0; key < Number(count); key++) {
  const id = { kind: 'decision', site: 'dev', appId: 'a', key: String(key) } as const;
  const { fresh } = await ledger.claim({ ...id, promotionKey: `${name}-${key}` });
  if (fresh) won.push(key);
}
await ledger.close();
process.stdout.write(`${JSON.stringify(won)}\n`);
