import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = path.join(import.meta.dirname, '..', '..', 'deploy', 'prometheus');

function hasPromtool(): boolean {
  try {
    return Boolean(execFileSync('promtool', ['--version'], { stdio: 'pipe' }));
  } catch {
    return false;
  }
}

// Where Prometheus is not installed this cannot be shown; `.ci/run` installs it.
it.skipIf(!hasPromtool())('Prometheus takes the example of settings and of alert rules', async () => {
  const { stdout } = await promisify(execFile)('promtool', ['check', 'config', path.join(folder, 'prometheus.yml')]);

  expect(stdout).toContain('rules found');
  expect(stdout).not.toContain('FAILED');
});
