import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleWorld, PASSWORD, startConsoleWorld } from './console-world.ts';

const NEW = 'staple wrong battery';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await startConsoleWorld({ limits: { perName: 3, perAddress: 100, windowMs: 600_000 } });
});
afterAll(() => world?.close());

describe('my account', () => {
  it('shows who I am, and what I may do', async () => {
    const { text } = await (await world.signedIn('anna')).open('/account');

    expect(text).toContain(String.raw`COMPANY\anna`);
    expect(text).toContain('approver of Sales');
  });

  it('changes my password with the old one, and ends my sessions elsewhere, not this one', async () => {
    const [here, there] = [await world.signedIn('anna'), await world.signedIn('anna')];
    await here.open('/account');

    const after = await here.send('/account/password', { old: PASSWORD, password: NEW, again: NEW });

    expect(after.text).toContain('Your password is changed.');
    expect((await here.open('/account')).path).toBe('/account');
    expect((await there.open('/account')).path).toMatch(/^\/sign-in/);
    const anew = world.browser();
    await anew.open('/sign-in');
    expect(await anew.send('/sign-in', { name: 'anna', password: PASSWORD })).toMatchObject({ status: 401 });
    await anew.open('/sign-in');
    expect(await anew.send('/sign-in', { name: 'anna', password: NEW })).toMatchObject({ path: '/' });
  });

  it('changes nothing without the old password, however often it is tried', async () => {
    const browser = await world.signedIn('vera');
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      await browser.open('/account');
      const sent = await browser.send('/account/password', { old: 'guessed it', password: NEW, again: NEW });
      statuses.push(sent.status);
    }

    expect(statuses).toEqual([422, 422, 422, 429]);
  });

  it('ends my other sessions, and goes on here', async () => {
    const [here, there] = [await world.signedIn('otto'), await world.signedIn('otto')];
    await here.open('/account');

    await here.send('/account/end-sessions');

    expect((await here.open('/account')).path).toBe('/account');
    expect((await there.open('/account')).path).toMatch(/^\/sign-in/);
  });
});
