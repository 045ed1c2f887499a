import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertSendState } from '../../ledger/alert-sends.ts';
import { type Browser, type ConsoleWorld, startConsoleWorld } from './console-world.ts';

const MANY = 130;

let world: ConsoleWorld;
let viewer: Browser;
beforeAll(async () => {
  world = await startConsoleWorld({
    change: (yaml) => {
      yaml['mail'] = { enabled: true, host: 'smtp.company.example', from: 'waybill@company.example' };
      const login = { clientId: 'id', clientSecret: 'secret-of-the-tenant' };
      yaml['alerts'] = {
        tenants: { company: { id: 'tenant', url: 'https://company.example', login } },
        destinations: {
          mail: { team: { recipients: ['bi@company.example'], rateLimit: '15m' } },
          slack: { team: { webhook: 'https://hooks.example/secret-hook' } },
        },
      };
    },
  });
  viewer = await world.signedIn('vera');
});
afterAll(() => world?.close());

interface Told {
  readonly state: AlertSendState;
  readonly destination?: string;
  readonly recipient?: string;
  readonly error?: string;
}

/** A failed reload that was told, as its alerts say. */
async function failed(name: string, told: readonly Told[] = [], errorMessage = 'Table not found'): Promise<string> {
  const { ledger } = world;
  const key = { tenant: 'company', reloadId: crypto.randomUUID() };
  const appId = crypto.randomUUID();
  await ledger.noteReloadFailure({ ...key, appId, status: 'FAILED', event: { errorMessage } });
  await ledger.putReloadPart(key, { part: 'app', facts: { name } });
  for (const { state, destination = 'slack/team', recipient = '', error } of told) {
    const alert = { ...key, appId, kind: 'failed', destination, recipient } as const;
    await ledger.claimAlert(alert);
    await ledger.noteAlert(alert, state, error);
  }
  await ledger.endReloadFailure(key, 'alerted');
  return key.reloadId;
}

function rowOf(page: string, name: string): string {
  return page.split('<tr>').find((row) => row.includes(name)) ?? '';
}

function namesIn(page: string): string[] {
  return [...page.matchAll(/>(Many \d+|[A-Z]\w+ [a-z]+)<span class="hidden"> \(opens/g)].map(([, name = '']) => name);
}

describe('the alerts page', () => {
  it('tells what failed, who was told when, what was held back and why, and what could not be sent', async () => {
    await failed('Orders told', [
      { state: 'sent' },
      { state: 'held', destination: 'mail/team', recipient: 'bi@company.example' },
    ]);
    await failed('Stock lost', [{ state: 'given-up', error: 'The channel is gone.' }]);
    await failed('Leads unheard');

    const { text } = await viewer.open('/alerts');

    const told = rowOf(text, 'Orders told');
    expect(told).toContain('Table not found');
    expect(told).toContain('href="https://company.example/sense/app/');
    expect(told).toMatch(/slack\/team\s*<span class="badge good">sent<\/span>\s*<time/);
    expect(told).toMatch(/bi@company\.example \(mail\/team\)\s*<span class="badge warn">held back/);
    expect(told).toContain('By the rate limit: one message in 15 m. It comes with the next digest.');
    expect(rowOf(text, 'Stock lost')).toContain('Tried once: The channel is gone.');
    expect(rowOf(text, 'Leads unheard')).toContain('No destination in the settings wants alerts of this app.');
    expect(text).not.toContain('secret-hook');
  });

  it('tells whether the app reloads again', async () => {
    const reloadId = await failed('Margin back', [{ state: 'sent' }]);
    await failed('Margin gone', [{ state: 'sent' }]);
    const open = { tenant: 'company', reloadId: 'open-one', appId: 'app-of-open' };
    await world.ledger.noteReloadFailure({ ...open, status: 'EXCEEDED_LIMIT', event: { appName: 'Margin open' } });
    await world.ledger.noteRecovery('company', [reloadId], '2026-11-20T10:00:00.000Z');

    const { text } = await viewer.open('/alerts?app=margin');

    expect(rowOf(text, 'Margin back')).toMatch(/reloads again<\/span>\s*<div><time datetime="2026-11-20T10:00/);
    expect(rowOf(text, 'Margin gone')).toContain('not reloaded since');
    expect(rowOf(text, 'Margin open')).toMatch(/exceeded its limit[^]*being looked into/);
  });

  it.each([
    ['app=ORDERS', ['Orders told']],
    ['app=%25', []],
    ['app=app-of-open', ['Margin open']],
    ['outlook=recovered', ['Margin back']],
    ['outlook=open', ['Margin open']],
    ['outlook=passed', []],
    ['alert=given-up', ['Stock lost']],
    ['alert=held&destination=mail%2Fteam', ['Orders told']],
    ['alert=held&destination=slack%2Fteam', []],
    ['outlook=standing&alert=sent', ['Margin gone', 'Orders told']],
    ['tenant=other', []],
    ['to=2020-01-01', []],
  ])('shows of all failures those of %s', async (query, names) => {
    const { status, text } = await viewer.open(`/alerts?${query}`);

    expect(status).toBe(200);
    expect(namesIn(text)).toEqual(names);
    if (names.length === 0) expect(text).toContain('No failed reload is like that.');
  });

  it('shows each once, page by page, also where several were found at the same moment', async () => {
    const wanted = Array.from({ length: MANY }, (_, at) => `Many ${at}`);
    for (const name of wanted) await failed(name);
    const shown: string[] = [];
    for (let next: string | undefined = '/alerts?app=Many'; next !== undefined; ) {
      const { text } = await viewer.open(next);
      shown.push(...namesIn(text));
      next = /<a class="button" href="([^"]*)">Older ones/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }

    expect(shown).toHaveLength(MANY);
    expect(new Set(shown)).toEqual(new Set(wanted));
  });

  it('has no markup of what a reload or an app says', async () => {
    await failed('<b>Bold</b> app', [{ state: 'waiting', error: '<i>no</i>' }], '<script>alert(1)</script>');
    const { text } = await viewer.open('/alerts?app=bold');

    expect(text).toContain('&lt;b>Bold');
    expect(text).not.toMatch(/<b>Bold|<i>no|<script>alert/);
  });

  it('says which filter it does not understand, and asks who is not signed in to sign in', async () => {
    expect((await viewer.open('/alerts?outlook=nonsense')).text).toContain('outlook');
    expect(await viewer.open('/alerts?after=x')).toMatchObject({ status: 400 });
    expect((await world.browser().open('/alerts')).path).toContain('/sign-in');
  });

  it('says where no tenant is watched', async () => {
    const bare = await startConsoleWorld();
    try {
      const { text } = await (await bare.signedIn('vera')).open('/alerts');
      expect(text).toContain('No tenant of Qlik Cloud is watched');
    } finally {
      await bare.close();
    }
  });
});
