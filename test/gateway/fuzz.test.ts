import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const RUNS = 20_000;

interface Fuzzed {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly unsigned: readonly string[];
}

it('20,000 generated requests crash nothing and publish nothing that is not signed', async () => {
  const child = path.join(import.meta.dirname, 'fuzz-in-child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [child, String(RUNS)]);
  const { sent, statuses, unsigned } = JSON.parse(stdout) as Fuzzed;

  expect(sent).toBe(RUNS);
  expect(unsigned).toEqual([]);
  const known = ['200', '202', '400', '401', '404', '405', '413'];
  expect(Object.keys(statuses).filter((status) => !known.includes(status))).toEqual([]);
  // What is generated reaches every answer.
  for (const status of ['200', '400', '401', '404', '405', '413']) expect(statuses[status]).toBeGreaterThan(100);
}, 300_000);
