import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whatStands } from '../harness/acts.ts';
import { testTemporal } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startConsoleWorld } from './console-world.ts';
import { startWorkingConsole, type WorkingConsole } from './signed-in-world.ts';

/** The part of the page about one site. */
function partOf(page: string, site: string): string {
  return new RegExp(`<section class="sheet site[^"]*" id="site-${site}"[^]*?</section>`).exec(page)?.[0] ?? '';
}

describe('the sites page', () => {
  let room: WorkingConsole;
  let to: (name: string) => string;
  beforeAll(async () => {
    room = await startWorkingConsole();
    to = room.world.alias;
  });
  afterAll(() => room?.close());

  /** Sends the test of a site and waits for what it finds. */
  async function tested(name: string): Promise<string> {
    const otto = await room.signedIn('otto');
    const before = partOf((await otto.open('/sites')).text, to(name));
    const sent = await otto.send(`/sites/${to(name)}/test`);
    expect(sent).toMatchObject({ status: 200, path: '/sites' });
    expect(sent.text).toContain('is being tested');
    return waitFor('the test to end', async () => {
      const part = partOf((await otto.open('/sites')).text, to(name));
      return /Tested <time/.test(part) && part !== before && !part.includes('Begun <time') ? part : undefined;
    });
  }

  it('tells what each site is for, who serves it, and how a source is watched', async () => {
    const vera = await room.signedIn('vera');
    const page = await waitFor('the source to be looked through', async () => {
      const { text } = await vera.open('/sites');
      return /Looked through<\/dt><dd><time/.test(text) ? text : undefined;
    });

    const dev = partOf(page, to('dev'));
    expect(dev).toContain('Source.');
    expect(dev).toContain(`site-${to('dev')}-bulk</code> <span class="badge good">served`);
    const prod = partOf(page, to('prod'));
    expect(prod).toContain('Target.');
    expect(prod).not.toContain('Watched');
    expect(prod).toContain('not tested');
    expect(prod).toContain('No test is known.');
  });

  it('tests the connection as Waybill goes there, and shows what was found', async () => {
    const part = await tested('test');

    expect(part).toMatch(/Product version<\/dt><dd>\d+\.\d+/);
    expect(part).toMatch(/client\.pem<\/dt><dd><time[^]*days? left/);
    expect(part).toContain('What was tested: ');
    expect(part).toContain('the site lets the account of Waybill in');
    expect(whatStands(room.world, 'test')).toEqual([]);
  });

  it('says what is broken at a site, and what to do', async () => {
    const fault = { effect: { type: 'status', status: 403, text: 'Forbidden' }, path: 'about', times: 0 } as const;
    const board = room.world.site('prod').faults;
    const id = board.add(fault);

    const part = await tested('prod');
    board.clear(id);

    expect(part).toContain('needs somebody');
    expect(part).toContain('<span class="badge bad">broken</span>');
    expect(part).not.toContain('doctor again');
    expect(await tested('prod')).not.toContain('needs somebody');
  });

  it('says that a site is paused', async () => {
    const by = { account: 'COMPANY\\otto', door: 'console', asserted: false } as const;
    await room.world.ledger.pauseSite({ site: to('test'), why: 'moving', by });
    const vera = await room.signedIn('vera');

    expect(partOf((await vera.open('/sites')).text, to('test'))).toContain('who paused it');
    await room.world.ledger.resumeSite({ site: to('test'), by });
  });

  it.each(['vera', 'anna'] as const)('refuses the test to %s, whose button says why', async (person) => {
    const browser = await room.signedIn(person);

    expect(partOf((await browser.open('/sites')).text, to('dev'))).toContain(
      'Only operators and administrators may do this.',
    );
    expect(await browser.send(`/sites/${to('dev')}/test`)).toMatchObject({ status: 403 });
    expect(partOf((await browser.open('/sites')).text, to('dev'))).toContain('No test is known.');
  });

  it('refuses a test that no form of ours sent, and one of a site that is none', async () => {
    const ada = await room.signedIn('ada');
    await ada.open('/sites');
    expect(await ada.sendRaw(`/sites/${to('dev')}/test`, {})).toMatchObject({ status: 403 });
    await ada.open('/sites');
    expect(await ada.send('/sites/nowhere/test')).toMatchObject({ status: 404 });
  });
});

describe('the sites page without a worker', () => {
  it('says that nothing goes on and what to have started, and marks each site as served by nobody', async () => {
    const temporal = await testTemporal();
    const { address } = temporal;
    const world = await startConsoleWorld({
      change: (yaml) => (yaml['temporal'] = { address, taskQueue: temporal.newName() }),
    });
    try {
      const vera = await world.signedIn('vera');
      const { text } = await vera.open('/sites');

      expect(text).toContain('No worker is running.');
      expect(text).toContain('<code>waybill worker</code>');
      expect(partOf(text, 'dev')).toContain('No worker serves this site');
      expect(text).not.toContain('Temporal does not answer.');
    } finally {
      await world.close();
      await temporal.close();
    }
  });
});

describe('the sites page without Temporal', () => {
  it('says so at once, shows what is known, and takes no test', async () => {
    const world = await startConsoleWorld({ change: (yaml) => (yaml['temporal'] = { address: '127.0.0.1:9' }) });
    try {
      const otto = await world.signedIn('otto');
      const { status, text } = await otto.open('/sites');

      expect(status).toBe(200);
      expect(text).toContain('Temporal does not answer.');
      expect(partOf(text, 'dev')).toContain('not known');
      expect(partOf(text, 'dev')).toContain('Waybill looks now and then');
      expect(await otto.send('/sites/dev/test')).toMatchObject({ status: 503 });
    } finally {
      await world.close();
    }
  });
});
