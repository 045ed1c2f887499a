import type { Ledger } from '../ledger/ledger.ts';

const FAILURES = 5000;
const APPS = 300;

/** Failed reloads of some months, each told to three places; every tenth alert was held back, every fiftieth given up. */
export async function failReloads(ledger: Ledger): Promise<void> {
  for (let at = 0; at < FAILURES; at += 1) await ledger.withTransaction((store) => failReload(store, at));
}

async function failReload(store: Parameters<Parameters<Ledger['withTransaction']>[0]>[0], at: number): Promise<void> {
  const key = { tenant: 'company', reloadId: `reload-${String(at).padStart(6, '0')}` };
  const appId = `app-${at % APPS}`;
  const name = `Cloud app ${at % APPS}`;
  const errorMessage = 'The engine stopped at a script line that reads a table which is not there.';
  await store.noteReloadFailure({ ...key, appId, status: 'FAILED', event: { appName: name, errorMessage } });
  await store.putReloadPart(key, { part: 'app', facts: { name } });
  await store.putReloadPart(key, { part: 'reload', facts: { errorMessage } });
  await store.putReloadPart(key, { part: 'log', facts: { head: Array.from({ length: 30 }, () => errorMessage) } });
  for (const destination of ['mail/team', 'slack/team', 'teams/team']) {
    const alert = { ...key, appId, kind: 'failed', destination, recipient: '' } as const;
    await store.claimAlert(alert);
    const state = at % 50 === 0 ? 'given-up' : at % 10 === 0 ? 'held' : 'sent';
    await store.noteAlert(alert, state, state === 'given-up' ? 'It did not answer.' : undefined);
  }
  await store.endReloadFailure(key, 'alerted');
  if (at % 7 !== 0) await store.noteRecovery(key.tenant, [key.reloadId], new Date().toISOString());
}
