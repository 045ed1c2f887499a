import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from './repository.ts';
import { runTool } from './tool.ts';

interface Report {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

const faulty = path.join(root, 'test', 'fixtures', 'faulty');

/** `rule file: the faulty line` of everything that the linter reports in the folder of planted faults. */
async function reported(): Promise<string[]> {
  const { output } = await runTool('oxlint', ['--type-aware', '-c', 'lint.json', '--format=json', '.'], faulty);
  const { diagnostics } = JSON.parse(output) as Report;
  return diagnostics.map(({ code, filename, labels }) => {
    const text = readFileSync(path.join(faulty, filename), 'utf8').split('\n')[(labels[0]?.span.line ?? 1) - 1];
    return `${code} ${filename.replaceAll('\\', '/')}: ${text?.trim()}`;
  });
}

const faults = await reported();

it.each([
  'typescript(no-floating-promises) workflows/unawaited.ts: activities.noop();',
  "typescript(no-floating-promises) workflows/unawaited.ts: send('a@x.example');",
  'typescript(no-floating-promises) workflows/unawaited.ts: addresses.map((address) => activities.send(address));',
  "eslint(no-restricted-imports) workflows/reads-a-file.ts: import { readFileSync } from 'node:fs';",
  "eslint(no-restricted-imports) workflows/reads-a-file.ts: import path from 'path';",
  "eslint(no-console) rules/careless.ts: console.log('here');",
  "node(no-process-env) rules/careless.ts: const home = process.env['HOME']!;",
  "typescript(no-non-null-assertion) rules/careless.ts: const home = process.env['HOME']!;",
  'typescript(no-explicit-any) rules/careless.ts: export function careless(facts: any): string {',
])('the linter reports %s', (fault) => {
  expect(faults).toContain(fault);
});

it('the linter does not report a promise that is awaited', () => {
  expect(faults.filter((fault) => fault.includes('await activities'))).toEqual([]);
});
