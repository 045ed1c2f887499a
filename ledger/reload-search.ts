import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type AlertSend, type AlertSendState, toAlert } from './alert-sends.ts';
import { contains, fromJson } from './columns.ts';
import { postgresWords, sqliteWords } from './migrations/dialect-words.ts';
import { type ReloadFailure, type ReloadKey, toFailure } from './reload-failures.ts';
import type { StoreParts } from './store.ts';
import type { LedgerTables } from './tables.ts';

/** `standing`: told of, and the app is not known to reload again. `recovered`: it does. */
export type ReloadOutlook = 'open' | 'passed' | 'standing' | 'recovered';

export interface ReloadSearch {
  readonly tenant?: string;
  /** Found anywhere in the name of the app, A to Z in any case; or its whole id. */
  readonly app?: string;
  readonly outlook?: ReloadOutlook;
  /** Only failures of which an alert is in this state; of these two, both hold for one alert. */
  readonly alert?: AlertSendState;
  readonly destination?: string;
  readonly fromUtc?: string;
  readonly beforeUtc?: string;
  /** Only what stands after this one in the list: the next page, whatever was added meanwhile. */
  readonly after?: ReloadKey & { readonly foundAtUtc: string };
  /** Default 100. */
  readonly limit?: number;
}

/** A failed reload with what is known of its app and with every alert of it, oldest first. */
export interface FoundReload extends ReloadFailure {
  /** What was asked and answered about the app and the reload, as it was kept. */
  readonly parts: Readonly<Record<string, unknown>>;
  readonly alerts: readonly AlertSend[];
}

export interface ReloadSearches {
  /** Failed reloads, newest first. Reads only. */
  searchReloadFailures(search?: ReloadSearch): Promise<FoundReload[]>;
  /** Every destination that an alert was meant for, by name. */
  alertDestinations(): Promise<string[]>;
}

/** What a list shows; script logs and the rest are large. */
const shownParts = ['app', 'reload'];

/** Makes the group of searches for failed reloads over a database or a transaction. */
export function createReloadSearches({ db, kind }: StoreParts): ReloadSearches {
  return {
    async searchReloadFailures({ limit = 100, ...search } = {}) {
      const rows = await db
        .selectFrom('reload_failures')
        .selectAll()
        .where((row) => row.and(conditionsOf(kind, row, search)))
        .orderBy('found_at_utc', 'desc')
        .orderBy('tenant', 'desc')
        .orderBy('reload_id', 'desc')
        .limit(limit)
        .execute();
      return withDetails(db, rows.map(toFailure));
    },

    async alertDestinations() {
      const query = db.selectFrom('alert_sends').select('destination').distinct().orderBy('destination');
      return (await query.execute()).map(({ destination }) => destination);
    },
  };
}

type Row = ExpressionBuilder<LedgerTables, 'reload_failures'>;

function conditionsOf(kind: StoreParts['kind'], row: Row, search: ReloadSearch) {
  const { tenant, app, outlook, alert, destination, fromUtc, beforeUtc, after } = search;
  return [
    ...(tenant === undefined ? [] : [row('tenant', '=', tenant)]),
    ...(fromUtc === undefined ? [] : [row('found_at_utc', '>=', fromUtc)]),
    ...(beforeUtc === undefined ? [] : [row('found_at_utc', '<', beforeUtc)]),
    ...(outlook === undefined ? [] : [outlookOf(row, outlook)]),
    ...(app === undefined ? [] : [isNamed(kind, row, app)]),
    ...(alert === undefined && destination === undefined ? [] : [hasAlert(alert, destination)]),
    ...(after === undefined ? [] : [standsAfter(after)]),
  ];
}

function outlookOf(row: Row, outlook: ReloadOutlook) {
  if (outlook === 'open' || outlook === 'passed') return row('state', '=', outlook);
  return row.and([
    row('state', '=', 'alerted'),
    row('recovered_at_utc', outlook === 'standing' ? 'is' : 'is not', null),
  ]);
}

/** The name stands in what was kept of the app, or in the event where the app could not be asked for. */
function isNamed(kind: StoreParts['kind'], row: Row, app: string) {
  const { fromJson: at } = kind === 'sqlite' ? sqliteWords : postgresWords;
  const named = (column: string, path: string): RawBuilder<SqlBool> =>
    contains(sql`lower(${sql.raw(at(column, [path]))})`, app);
  const ofApp = row
    .selectFrom('reload_parts')
    .select('reload_parts.part')
    .whereRef('reload_parts.tenant', '=', 'reload_failures.tenant')
    .whereRef('reload_parts.reload_id', '=', 'reload_failures.reload_id')
    .where('reload_parts.part', '=', 'app')
    .where(named('reload_parts.facts', 'name'));
  return row.or([row('app_id', '=', app), named('reload_failures.event', 'appName'), row.exists(ofApp)]);
}

/** Looked up once, and not again for each failure: SQLite would do that by the state, of which many alerts are. */
function hasAlert(alert: AlertSendState | undefined, destination: string | undefined): RawBuilder<SqlBool> {
  const conditions = [
    ...(alert === undefined ? [] : [sql`state = ${alert}`]),
    ...(destination === undefined ? [] : [sql`destination = ${destination}`]),
  ];
  return sql<SqlBool>`(reload_failures.tenant, reload_failures.reload_id) in
    (select tenant, reload_id from alert_sends where ${sql.join(conditions, sql` and `)})`;
}

function standsAfter({ foundAtUtc, tenant, reloadId }: NonNullable<ReloadSearch['after']>): RawBuilder<SqlBool> {
  const [found, ofTenant, id] = ['found_at_utc', 'tenant', 'reload_id'].map((one) => sql.ref(`reload_failures.${one}`));
  return sql<SqlBool>`(${found}, ${ofTenant}, ${id}) < (${foundAtUtc}, ${tenant}, ${reloadId})`;
}

/** The failures with their parts and alerts, in the order given; three reads whatever their number. */
async function withDetails(db: StoreParts['db'], failures: readonly ReloadFailure[]): Promise<FoundReload[]> {
  if (failures.length === 0) return [];
  // The keys begin with the tenant.
  const tenants = [...new Set(failures.map(({ tenant }) => tenant))];
  const ids = failures.map(({ reloadId }) => reloadId);
  const [parts, alerts] = await Promise.all([
    db
      .selectFrom('reload_parts')
      .selectAll()
      .where('tenant', 'in', tenants)
      .where('reload_id', 'in', ids)
      .where('part', 'in', shownParts)
      .execute(),
    db
      .selectFrom('alert_sends')
      .selectAll()
      .where('tenant', 'in', tenants)
      .where('reload_id', 'in', ids)
      .orderBy('created_at_utc')
      .orderBy('destination')
      .orderBy('recipient')
      .execute(),
  ]);
  const keyOf = (row: { readonly tenant: string; readonly reload_id: string }): string =>
    `${row.tenant} ${row.reload_id}`;
  const partsOf = Map.groupBy(parts, keyOf);
  const alertsOf = Map.groupBy(alerts, keyOf);
  return failures.map((failure) => {
    const key = `${failure.tenant} ${failure.reloadId}`;
    const own = (partsOf.get(key) ?? []).map(({ part, facts }) => [part, fromJson(facts)] as const);
    return { ...failure, parts: Object.fromEntries(own), alerts: (alertsOf.get(key) ?? []).map(toAlert) };
  });
}
