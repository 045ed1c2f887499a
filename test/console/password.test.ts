import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword } from '../../console/sign-in/password.ts';
import { waitFor } from '../harness/wait-for.ts';

/** A hash that costs next to nothing. */
const CHEAP = '$scrypt$N=1024,r=8,p=1$c2FsdA$aGFzaA';

describe('a kept password', () => {
  it('is known again, however its letters were composed, and is no other', async () => {
    const kept = await hashPassword('Zürich im Regen');

    expect(kept).toMatch(/^\$scrypt\$N=131072,r=8,p=1\$/);
    expect(await isPassword('Zu\u0308rich im Regen', kept)).toBe(true);
    expect(await isPassword('zürich im Regen', kept)).toBe(false);
    expect(await isPassword('Zürich im Regen', undefined)).toBe(false);
    expect(await isPassword('Zürich im Regen', 'no hash')).toBe(false);
  });

  it('is looked at a few at a time: a flood is told to come again and takes no memory', async () => {
    const flood = await Promise.allSettled(Array.from({ length: 200 }, () => isPassword('x', CHEAP)));

    const refused = flood.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(150);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'WAYBILL_CONSOLE_BUSY', retryable: true });
    const isFree = async () => !(await isPassword('x', CHEAP));
    expect(await waitFor('the end of the flood', isFree)).toBe(true);
  });
});
