import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBeginning, readBothEnds } from '../../activities/read-body.ts';

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the beginning of a body', () => {
  it('is the whole of one that is short', async () => {
    expect(await readBeginning(chunksOf('möre', 1), 5)).toEqual({ text: 'möre', isCut: false });
  });

  it('ends before half a character', async () => {
    expect(await readBeginning(chunksOf('möre', 3), 2)).toEqual({ text: 'm', isCut: true });
  });
});

describe('both ends of a body', () => {
  const read = (text: string, size: number, keptBytes: number, readBytes = 1_000_000) =>
    readBothEnds(chunksOf(text, size), { keptBytes, readBytes });

  it('are the whole of one that is short enough', async () => {
    expect(await read('0123456789', 3, 5)).toEqual({ text: '0123456789', isCut: false });
    expect(await read('', 3, 5)).toEqual({ text: '', isCut: false });
  });

  it('have a line in between that says what is left out', async () => {
    expect(await read('0123456789abc', 4, 5)).toEqual({
      text: '01234\n(3 bytes are left out here)\n89abc',
      isCut: true,
    });
  });

  it('end where reading on would never end', async () => {
    const { text, isCut } = await read('x'.repeat(10_000), 100, 50, 1000);

    expect(isCut).toBe(true);
    expect(text).toMatch(/^x{50}\n\(1000 bytes are left out here, and the rest was not read\)\nx{50}$/);
  });

  it('of any body in any chunks are its ends', async () => {
    const body = fc.string({ minLength: 0, maxLength: 200, unit: 'grapheme-ascii' });
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        async (text, size, kept) => {
          const note = `(${text.length - 2 * kept} bytes are left out here)`;
          const isLong = text.length > 2 * kept;
          const expected = isLong ? `${text.slice(0, kept)}\n${note}\n${text.slice(-kept)}` : text;
          expect(await read(text, size, kept)).toEqual({ text: expected, isCut: isLong });
        },
      ),
    );
  });
});
