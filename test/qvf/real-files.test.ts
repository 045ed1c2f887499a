import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareContents } from '../../qvf/compare-contents.ts';
import type { QvfContents } from '../../qvf/contents.ts';
import { fingerprintOf } from '../../qvf/fingerprint.ts';
import { readQvf } from '../../qvf/read-qvf.ts';
import { findRealFiles } from './make-qvf.ts';

const folder = findRealFiles();

interface Known {
  readonly name: string;
  readonly sizeBytes: number;
  readonly version: string;
  /** Undefined for a damaged file. */
  readonly entryCount?: number;
}

/** The rows of the table that came with the files. */
async function knownFiles(): Promise<Known[]> {
  const rows = (await readFile(path.join(folder!, 'SOURCES.md'), 'utf8'))
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .filter(([, name]) => name?.endsWith('.qvf'));
  return rows.map(([, name = '', size, version = '', count]) => ({
    name,
    sizeBytes: Number(size),
    version,
    ...(/^\d+$/.test(count ?? '') ? { entryCount: Number(count) } : {}),
  }));
}

const read = (name: string): Promise<QvfContents> => readQvf(path.join(folder!, name), { name });

describe.skipIf(folder === undefined)('real files (skipped: no shared/data/qvf beside the project)', () => {
  it('are all known', async () => {
    const names = (await readdir(folder!)).filter((name) => name.endsWith('.qvf'));

    expect((await knownFiles()).map(({ name }) => name).sort()).toEqual(names.sort());
    expect(names.length).toBeGreaterThanOrEqual(22);
  });

  it('are read with all their entries', async () => {
    for (const { name, sizeBytes, version, entryCount } of await knownFiles()) {
      if (entryCount === undefined) continue;
      const contents = await read(name);

      expect(contents, name).toMatchObject({ fileName: name, sizeBytes, entryCount });
      expect(contents.productVersion ?? '-', name).toBe(version);
      expect(
        contents.surroundings.map(({ kind }) => kind),
        name,
      ).toEqual(expect.arrayContaining(['script', 'properties']));
    }
  });

  it('are refused with the reason when git changed their line ends', async () => {
    const damaged = (await knownFiles()).filter(({ entryCount }) => entryCount === undefined);

    expect(damaged.length).toBeGreaterThanOrEqual(2);
    for (const { name } of damaged) {
      await expect(read(name), name).rejects.toMatchObject({
        code: 'WAYBILL_QVF_LINE_ENDS_CHANGED',
        message: expect.stringMatching(new RegExp(`^${name}.*line ends.*at byte \\d+`, 's')),
      });
    }
  });

  it('have as many fingerprints as contents: only the app that was saved again has the one it had', async () => {
    const prints = new Map<string, string[]>();
    for (const { name, entryCount } of await knownFiles()) {
      if (entryCount === undefined) continue;
      const print = fingerprintOf(await read(name));
      prints.set(print, [...(prints.get(print) ?? []), name]);
    }

    const shared = [...prints.values()].filter((names) => names.length > 1);
    expect(shared).toEqual([['v12.20.10-govgen-a.qvf', 'v12.20.11-govgen-b.qvf']]);
  });

  it('tell what was edited between two versions of an app', async () => {
    const { changed, ...others } = compareContents(
      await read('v12.170.3-analyzer-a.qvf'),
      await read('v12.170.3-analyzer-b.qvf'),
    );

    expect(others).toMatchObject({ equal: false, missing: [], added: [], renumbered: [] });
    expect(changed.map(({ name }) => name)).toEqual([
      'measure "Synthetic Fields"',
      'script',
      'sheet "Threshold Analysis"',
    ]);
    expect(changed[1]!.details).toEqual(['tab "4. Metadata" was changed']);
    expect(changed[2]!.details).toContain('filterpane without a title was added');
  });

  it('tell a change of the logo', async () => {
    const { changed, missing, added } = compareContents(
      await read('v12.475.3-admin-playbook-a.qvf'),
      await read('v12.475.3-admin-playbook-b.qvf'),
    );

    expect([missing, added]).toEqual([[], []]);
    expect(changed.map(({ name }) => name)).toEqual(['app options']);
  });

  it('say nothing of approval that could be decided by', async () => {
    for (const { name, entryCount } of await knownFiles()) {
      if (entryCount === undefined) continue;
      const { objects } = await read(name);

      expect(
        objects.filter(({ declaredApproved }) => declaredApproved === true),
        name,
      ).toEqual([]);
    }
  });
});
