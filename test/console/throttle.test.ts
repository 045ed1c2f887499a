import { describe, expect, it } from 'vitest';
import { createThrottle, networkOf } from '../../console/sign-in/throttle.ts';
import { waitFor } from '../harness/wait-for.ts';

const QUARTER_MS = 15 * 60_000;
const limits = { perName: 3, perAddress: 5, windowMs: QUARTER_MS };
const tooMany = { code: 'WAYBILL_CONSOLE_TOO_MANY_TRIES' };

describe('the throttle of wrong passwords', () => {
  it('holds a name back from wherever it is tried, whatever its letters', async () => {
    const throttle = createThrottle(limits);
    for (const [index, name] of ['anna', 'ANNA', ' anna '].entries())
      await throttle.begin({ name, address: `192.0.2.${index}` });

    await expect(throttle.begin({ name: 'Anna', address: '192.0.2.9' })).rejects.toMatchObject({
      ...tooMany,
      message: 'There were too many wrong passwords for this name.',
      remedy: expect.stringContaining('Try again in 15 minutes.') as string,
      retryAfterMs: expect.closeTo(QUARTER_MS, -4) as number,
    });
    await throttle.begin({ name: 'bert', address: '192.0.2.9' });
  });

  it('holds an address back that tries many names, and then lets it lock nobody else out', async () => {
    const throttle = createThrottle(limits);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await throttle.begin({ name, address: '192.0.2.1' });

    for (let time = 0; time < 9; time += 1)
      await expect(throttle.begin({ name: 'anna', address: '192.0.2.1' })).rejects.toMatchObject({
        ...tooMany,
        message: 'There were too many wrong passwords from your address.',
      });
    await throttle.begin({ name: 'anna', address: '192.0.2.2' });
  });

  it('counts tries that come at the same time', async () => {
    const throttle = createThrottle(limits);
    const tries = Array.from({ length: 20 }, (_, index) => ({ name: 'anna', address: `192.0.2.${index}` }));

    const ended = await Promise.allSettled(tries.map((one) => throttle.begin(one)));

    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(limits.perName);
  });

  it('sets a name free by a right password, and gives the address back this one try alone', async () => {
    const throttle = createThrottle(limits);
    const mallory = { name: 'mallory', address: '192.0.2.1' };
    for (const name of ['a', 'b', 'c', 'd']) await throttle.begin({ name, address: mallory.address });
    await throttle.begin(mallory);
    await throttle.succeed(mallory);

    await throttle.begin({ name: 'e', address: mallory.address });
    await expect(throttle.begin({ name: 'f', address: mallory.address })).rejects.toMatchObject(tooMany);

    for (let time = 0; time < 3 * limits.perName; time += 1) {
      const anna = { name: 'anna', address: `198.51.100.${time}` };
      await throttle.begin(anna);
      await throttle.succeed(anna);
    }
  });

  it('forgets after its time, also where it was tried meanwhile', async () => {
    const throttle = createThrottle({ perName: 1, perAddress: 1000, windowMs: 1000 });
    const anna = { name: 'anna', address: '192.0.2.1' };
    await throttle.begin(anna);
    await expect(throttle.begin(anna)).rejects.toMatchObject(tooMany);

    const isFree = () =>
      throttle.begin(anna).then(
        () => true,
        () => false,
      );

    expect(await waitFor('the end of the time', isFree)).toBe(true);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:0001:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('takes %s for one of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
