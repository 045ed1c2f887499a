import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/** Files that do something as soon as they are loaded. */
const programs = new Set(['server-keeper.ts']);

// Vitest finds names in CommonJS packages that Node does not find; users run Node.
describe('native imports', () => {
  it.each(['temporal', 'worker'])('load every file of %s in Node itself', async (room) => {
    const files = (await readdir(join(root, room))).filter((name) => name.endsWith('.ts') && !programs.has(name));
    const imports = files.map((name) => `await import(${JSON.stringify(pathToFileURL(join(root, room, name)).href)});`);

    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '--eval',
      `${imports.join('\n')}\nprocess.stdout.write('loaded');process.exit(0);`,
    ]);

    expect(stdout).toBe('loaded');
  });
});
