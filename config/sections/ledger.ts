import { choice, dataPath, duration, path, secret, section } from '../setting.ts';

export const ledgerSection = section({
  kind: choice('sqlite', 'postgres').prefault('sqlite').describe('Where claims and records are kept.'),
  file: dataPath().prefault('ledger.sqlite').describe('Database file for kind sqlite.'),
  url: secret().optional().describe('Connection string for kind postgres, as in ${env:WAYBILL_LEDGER_URL}.'),
  keepAttempts: duration()
    .prefault('90d')
    .describe('How long every attempt of every step is kept; decisions and records are kept for ever. 0 = for ever.'),
  ca: path().optional().describe("PEM file of the authority that signed the PostgreSQL server's certificate."),
});
