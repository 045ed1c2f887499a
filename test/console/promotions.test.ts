import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleWorld, startConsoleWorld } from './console-world.ts';
import { delivery, fillLedger, minutesAgo, promotion, trouble, waits } from './filled-ledger.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await startConsoleWorld({
    change: (yaml) => {
      // Nobody listens there.
      yaml['temporal'] = { address: '127.0.0.1:1', uiUrl: 'https://temporal.example' };
      yaml['timeZone'] = 'Europe/Berlin';
      yaml['sites'].prod.label = 'Production';
      yaml['sources'].dev.streams = { Locked: { approval: { approvers: { users: ['COMPANY\\boss'] } } } };
    },
  });
  await fillLedger(world.ledger);
});
afterAll(() => world?.close());

const names = (page: string): string[] =>
  [...page.matchAll(/<a href="\/promotions\/[^"]*"><strong>([^<]*)/g)].map(([, name = '']) => name);

describe('the inbox', () => {
  it('tells what waits for whom, and why not for others', async () => {
    const { text } = await (await world.signedIn('anna')).open('/');

    expect(text).toContain('Waits for you (2)');
    expect(text).toContain('Waits for others (1)');
    expect(text).toContain('You approve apps of Sales, and not of Finance.');
    expect(text).toContain('PromoteToStream is not set.');
    expect(text).toMatch(/Also for"[^>]*>Ada</);
  });

  it('shows what is stuck and why, with orders only for operators', async () => {
    const vera = await (await world.signedIn('vera')).open('/');
    const otto = await (await world.signedIn('otto')).open('/');

    for (const { text } of [vera, otto]) {
      expect(text).toContain('Stuck (2)');
      expect(text).toContain('Give this account the role RootAdmin');
    }
    expect(vera.text).not.toMatch(/\/orders/);
    expect(vera.text).toContain('Only operators and administrators may do this.');
    expect(otto.text).toContain('Choose and retry');
  });

  it('looks for an app by its name', async () => {
    const { text } = await (await world.signedIn('ada')).open('/?text=margin&site=dev');

    expect(text).toContain('Margin Report');
    expect(text).not.toContain('Sales Overview');
  });

  it('keeps to the policy of a stream', async () => {
    const appId = await waits(world.ledger, { name: 'Secret Plans', stream: 'Locked' });
    const { text } = await (await world.signedIn('ada')).open(`/apps/dev/${appId}/decide`);

    expect(text).toContain('COMPANY\\ada is not among the approvers of Locked.');
    expect(text).toContain('COMPANY\\boss');
    await world.ledger.deleteAwaiting('dev', appId);
  });
});

describe('the list of promotions', () => {
  it('has every filter in its address', async () => {
    const vera = await world.signedIn('vera');
    const found = async (query: string) => names((await vera.open(`/promotions?${query}`)).text);

    expect(await found('')).toEqual(['Stock Levels', 'Orders Daily', 'Sales Overview', 'Leads']);
    expect(await found('text=orders')).toEqual(['Orders Daily']);
    expect(await found('state=open')).toEqual(['Stock Levels', 'Orders Daily']);
    expect(await found('state=denied&who=ANNA')).toEqual(['Leads']);
    expect(await found('who=nobody')).toEqual([]);
    expect(await found('site=prod')).toEqual([]);
    const day = (minutes: number) => minutesAgo(minutes).slice(0, 10);
    expect(await found(`from=${day(5000)}&to=${day(1500)}`)).toEqual(['Sales Overview']);
    expect(await found('text=&site=&state=&who=&from=&to=')).toHaveLength(4);
    expect(await vera.open('/promotions?from=yesterday')).toMatchObject({ status: 400 });
  });

  it('is paged by key, whatever is added meanwhile', async () => {
    for (let count = 0; count < 60; count += 1)
      await promotion(world.ledger, {
        key: `paged${count}`,
        name: `Paged ${count}`,
        state: 'promoted',
        minutes: 20_000 + count,
        ended: true,
      });
    const vera = await world.signedIn('vera');
    const first = await vera.open('/promotions?text=paged');
    const next = /href="(\/promotions\?[^"]*after=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await promotion(world.ledger, {
      key: 'pagedlate',
      name: 'Paged late',
      state: 'promoted',
      minutes: 10,
      ended: true,
    });

    const second = await vera.open(next);

    expect(names(first.text)).toHaveLength(50);
    expect(names(second.text)).toEqual(Array.from({ length: 10 }, (_, index) => `Paged ${50 + index}`));
    expect(second.text).not.toContain('Older ones');
  });
});

describe('the page of a promotion', () => {
  it('tells who decided, which bytes went where, and the mails with their text', async () => {
    const { text } = await (await world.signedIn('otto')).open('/promotions/a2b3c4d5promoted');

    expect(text).toMatch(/approved by <strong>COMPANY\\manager<\/strong> in the QMC/);
    expect(text).toContain('46.1 MB');
    expect(text).toContain('Production');
    expect(text).toMatch(/https:\/\/prod\.example\/sense\/app\/[0-9a-f-]{36}/);
    expect(text).toContain('https://temporal.example/namespaces/default/workflows/deliver%2Fa2b3c4d5promoted%2Ftest');
    expect(text).toMatch(/Upload<\/td>.*?<td data-head="Tries"[^>]*>2</s);
    expect(text).toContain('- test, Sales: Succeeded: added as a new app');
    expect(text).toContain('The promotion has ended.');
  });

  it('works without Temporal, and says so', async () => {
    const otto = await world.signedIn('otto');
    const page = await otto.open('/promotions/k3v5q2m7stuckone');

    expect(page.text).toContain('Temporal does not answer');
    expect(page.text).toContain('stuck at Production');
    const tried = await otto.send('/promotions/k3v5q2m7stuckone/orders', { action: 'retry', target: 'prod' });
    expect(tried.status).toBe(503);
    expect(tried.text).toContain('Temporal');
  });

  it('takes nothing that came from outside for markup', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const appId = await waits(world.ledger, { name: hostile, missing: [hostile] });
    await promotion(world.ledger, {
      key: 'hostilepromotion',
      name: hostile,
      state: 'delivering',
      note: hostile,
      appId: randomUUID(),
    });
    await delivery(world.ledger, 'hostilepromotion', 'prod', 'needs-operator', {
      trouble: trouble({ message: hostile, step: hostile }),
    });
    const ada = await world.signedIn('ada');

    for (const path of ['/', '/promotions', '/promotions/hostilepromotion', `/apps/dev/${appId}/decide`]) {
      const { text, status } = await ada.open(path);
      expect(status).toBe(200);
      expect(text).toContain('&lt;img src=x');
      expect(text).not.toContain('<img src=x');
      expect(text).not.toMatch(/\son\w+="|style="/);
    }
  });

  it('is not found where there is none', async () => {
    const vera = await world.signedIn('vera');

    const nothing = await vera.open('/promotions/nothing');
    expect(nothing).toMatchObject({ status: 404, text: expect.stringContaining('Look for it among the promotions') });
    expect(nothing.text).not.toContain('waybill list');
    expect(await vera.open(`/apps/dev/${randomUUID()}/decide`)).toMatchObject({ status: 404 });
    expect(await vera.open('/promotions/Orders%20Daily')).toMatchObject({ status: 404 });
  });

  it('is led to from the page of its app', async () => {
    const [leads] = await world.ledger.listPromotions({ text: 'leads' });
    const vera = await world.signedIn('vera');

    expect(await vera.open(`/apps/dev/${leads?.appId}`)).toMatchObject({ path: '/promotions/e6f7g2h3deniedxx' });
  });
});
