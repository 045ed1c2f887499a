import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The least that a configuration needs; tests add to it. */
export const smallest = `sites:
  dev:
    hosts: [qlik-dev.example]
    certificates: certificates/dev
  test:
    hosts: [qlik-test.example]
    certificates: certificates/test
sources:
  dev: {}
targets:
  test: {}
`;

export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'waybill-config-'));
}

/** Writes a configuration into a folder of its own and gives its path. */
export function writeConfig(text: string, folder = temporaryFolder()): string {
  const file = path.join(folder, 'waybill.yaml');
  writeFileSync(file, text);
  return file;
}
