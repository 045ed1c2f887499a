import type { Migration } from 'kysely/migration';
import { claimsAndRecords } from './0001-claims-and-records.ts';
import { deliveriesAndStagings } from './0002-deliveries.ts';
import { mailsAndAttempts } from './0003-mails-and-attempts.ts';
import { mailOrders } from './0004-mail-orders.ts';
import { alerts } from './0005-alerts.ts';
import { pauses } from './0006-pauses.ts';
import { auditTrail } from './0007-audit.ts';
import { processes } from './0008-processes.ts';
import { consolePeople } from './0009-console-people.ts';
import { consoleIdentities } from './0010-console-identities.ts';
import { deciders } from './0011-deciders.ts';
import { settingsVersions } from './0012-settings-versions.ts';
import { figures } from './0013-figures.ts';
import { reloadFailuresByTime } from './0014-reload-failures-by-time.ts';
import type { DialectWords } from './dialect-words.ts';

/**
 * Every migration by its name, in order. A migration that was released is never changed: a new one is added, with a
 * name that sorts after the others.
 */
export function allMigrations(words: DialectWords): Record<string, Migration> {
  return {
    '0001-claims-and-records': claimsAndRecords(words),
    '0002-deliveries': deliveriesAndStagings(words),
    '0003-mails-and-attempts': mailsAndAttempts(words),
    '0004-mail-orders': mailOrders(words),
    '0005-alerts': alerts(words),
    '0006-pauses': pauses(words),
    '0007-audit': auditTrail(words),
    '0008-processes': processes(words),
    '0009-console-people': consolePeople(words),
    '0010-console-identities': consoleIdentities(words),
    '0011-deciders': deciders(words),
    '0012-settings-versions': settingsVersions(words),
    '0013-figures': figures(words),
    '0014-reload-failures-by-time': reloadFailuresByTime(),
  };
}
