import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../qvf/fingerprint.ts';
import { readQvf } from '../../qvf/read-qvf.ts';
import { fileOf, findRealFiles, sampleApp, sourceOf } from './make-qvf.ts';

/** Set QVF_FUZZ_SEED to repeat a run, QVF_FUZZ_RUNS for more of it. */
const seed = Number(process.env['QVF_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env['QVF_FUZZ_RUNS'] ?? 100);
/** Room for a busy machine; a read takes some 10 ms. */
const mostMs = 5000;
const realFiles = findRealFiles();

type Outcome = { readonly fingerprint: string } | { readonly code: string };

/** How reading ends; anything but a result or an error of the reader's own fails. */
async function read(bytes: Buffer, what: string): Promise<Outcome> {
  const startedMs = performance.now();
  const outcome = await readQvf(sourceOf(bytes), { name: 'fuzzed' }).then(
    (contents) => ({ fingerprint: fingerprintOf(contents) }),
    (error: { code?: string; stack?: string }) => {
      if (error.code?.startsWith('WAYBILL_QVF_') === true) return { code: error.code };
      throw new Error(`${what} (seed ${seed}) ended in ${error.stack}`);
    },
  );
  expect(performance.now() - startedMs, `${what} (seed ${seed})`).toBeLessThan(mostMs);
  return outcome;
}

/** mulberry32: the same numbers for the same seed. */
function randomFrom(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function bases(): Promise<(readonly [string, Buffer])[]> {
  const ours = await fileOf(sampleApp({ dataSizeBytes: 3000 }));
  if (realFiles === undefined) return [['a file of the sandbox', ours]];
  const names = ['v2.0.1-bullet.qvf', 'v12.2375.0-cloud-reporting.qvf'];
  const real = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(realFiles, name))] as const),
  );
  return [['a file of the sandbox', ours], ...real];
}

const files = await bases();

describe.each(files)('%s', (name, whole) => {
  it('is refused wherever it is cut off, unless nothing but unused space is gone', async () => {
    const { end, outcome } = await lastUsedByte(whole);
    const inFront = Array.from({ length: 40 }, (_, index) => index * 37);
    const step = Math.max(1, Math.ceil(whole.length / 512 / 60)) * 512;
    const units = Array.from({ length: Math.floor((whole.length - 1) / step) }, (_, index) => (index + 1) * step);
    const lengths = [...inFront, ...units.flatMap((unit) => [unit - 1, unit, unit + 1]), whole.length - 1];

    for (const length of lengths) {
      const cut = await read(whole.subarray(0, length), `${name} cut to ${length}`);
      if (length < end || length % 512 !== 0) expect(cut, `${length}`).toHaveProperty('code');
      else expect(cut).toEqual(outcome);
    }
  });

  it('is read or refused whichever bits are flipped', async () => {
    const random = randomFrom(seed);
    for (let run = 0; run < runsFor(whole); run += 1) {
      const bytes = Buffer.from(whole);
      const places = Array.from({ length: 1 + random(3) }, () => random(whole.length));
      for (const place of places) bytes[place]! ^= 1 << random(8);

      await read(bytes, `${name} flipped at ${places.join(', ')}`);
    }
  });

  it('is read or refused whatever numbers stand in its headers, tables and directories', async () => {
    const random = randomFrom(seed + 1);
    const numbers = [0n, 1n, 511n, 512n, 0x200n, 0xffff_ffffn, 1n << 63n, (1n << 63n) | 0x1d0n, (1n << 64n) - 1n];
    const headers = headersIn(whole);
    for (let run = 0; run < runsFor(whole); run += 1) {
      const bytes = Buffer.from(whole);
      const header = headers[random(headers.length)]!;
      const place = random(3) === 0 ? random(whole.length / 8) * 8 : header + random(16) * 8;
      const other = headers[random(headers.length)]!;
      const number = random(2) === 0 ? numbers[random(numbers.length)]! : BigInt(other + random(3) * 0x30);
      bytes.writeBigUInt64LE(number, Math.min(place, whole.length - 8));

      await read(bytes, `${name} with ${number} at ${place}`);
    }
  });

  it('is read or refused when parts of it stand in the wrong place', async () => {
    const random = randomFrom(seed + 2);
    for (let run = 0; run < runsFor(whole) / 3; run += 1) {
      const bytes = Buffer.from(whole);
      const units = whole.length / 512;
      const [from, to, count] = [random(units), random(units), 1 + random(4)];
      whole.copy(bytes, to * 512, from * 512, Math.min(whole.length, (from + count) * 512));

      await read(bytes, `${name} with ${count} units of ${from} at ${to}`);
    }
  });
});

/** More runs over a small file, which is read in a few milliseconds. */
function runsFor(whole: Buffer): number {
  return whole.length < 65_536 ? runs * 5 : runs;
}

/** How reading ends, and where the last byte is that it depends on: some real files end in unused space. */
async function lastUsedByte(whole: Buffer): Promise<{ end: number; outcome: Outcome }> {
  const outcome = await read(whole, 'the whole file');
  const ends = headersIn(whole).flatMap((header) => {
    const pairs = Array.from({ length: 29 }, (_, index) => header + 0x30 + index * 16);
    const parts = pairs.map((at) => [whole.readBigUInt64LE(at), whole.readBigUInt64LE(at + 8)] as const);
    return [header + 512, ...parts.map(([offset, length]) => Number(offset + (length & ~(1n << 63n))))];
  });
  return { end: Math.max(...ends.filter((end) => end <= whole.length)), outcome };
}

/** Where stream headers are: a pointer to what follows them says so. */
function headersIn(bytes: Buffer): number[] {
  const offsets = Array.from({ length: bytes.length / 512 }, (_, unit) => unit * 512);
  return offsets.filter((offset) => bytes.readBigUInt64LE(offset + 0x20) === BigInt(offset + 0x30));
}
