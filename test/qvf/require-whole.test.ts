import { expect, it } from 'vitest';
import { requireWholeQvf } from '../../qvf/require-whole.ts';
import { fileOf, sampleApp, sourceOf } from './make-qvf.ts';

it('takes a whole app file', async () => {
  await expect(requireWholeQvf(sourceOf(await fileOf(sampleApp())))).resolves.toBeUndefined();
});

it('finds a cut at any unit of what the directories name', async () => {
  const whole = await fileOf(sampleApp());
  for (let length = 512; length < whole.length; length += 512) {
    const reading = requireWholeQvf(sourceOf(whole.subarray(0, length)), { name: 'the export' });
    await expect(reading).rejects.toMatchObject({ code: 'WAYBILL_QVF_TRUNCATED' });
  }
});
