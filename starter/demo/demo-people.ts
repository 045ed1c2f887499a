import { randomInt } from 'node:crypto';
import { openLedger } from '../../ledger/ledger.ts';
import type { ConsoleRoles } from '../../ledger/console-people.ts';
import { MANAGER } from '../../sandbox/start-sandbox.ts';

/** Somebody who can sign in to the console of a demo. */
export interface DemoPerson {
  readonly name: string;
  readonly password: string;
  /** What he may do, in words. */
  readonly what: string;
}

interface Role {
  readonly name: string;
  readonly displayName: string;
  readonly account: string;
  readonly roles: ConsoleRoles;
  readonly what: string;
}

const cast: readonly Role[] = [
  {
    name: 'bert',
    displayName: 'Bert',
    account: MANAGER,
    roles: { admin: false, operator: false, approves: ['Sales'] },
    what: 'approves apps of Sales',
  },
  {
    name: 'ada',
    displayName: 'Ada',
    account: String.raw`COMPANY\ada`,
    roles: { admin: true, operator: true, approves: 'every' },
    what: 'administers it all',
  },
];

/** Adds the manager and an administrator to the new ledger of a demo, with passwords that nobody else has. */
export async function addDemoPeople(ledgerFile: string): Promise<DemoPerson[]> {
  const { hashPassword } = await import('../../console/sign-in/password.ts');
  const ledger = await openLedger({ kind: 'sqlite', file: ledgerFile });
  try {
    const people: DemoPerson[] = [];
    for (const { what, ...role } of cast) {
      const password = madePassword();
      await ledger.addPerson({ ...role, kind: 'local', groups: [], passwordHash: await hashPassword(password) });
      people.push({ name: role.name, password, what });
    }
    return people;
  } finally {
    await ledger.close();
  }
}

/** Four groups of four letters that nobody takes for one another: 73 bits, for one evening. */
function madePassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz';
  const group = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
