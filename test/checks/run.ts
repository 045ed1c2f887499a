import type { Check } from './check.ts';
import { errorsRaised } from './errors-raised.ts';
import { generatedDiff } from './generated-diff.ts';
import { links } from './links.ts';
import { protobufjs } from './protobufjs.ts';
import { sizes } from './sizes.ts';
import { problemsOfTool } from './tool.ts';
import { words } from './words.ts';

/** Everything that holds without running the product. Prints a line a check; exits with 1 when one fails. */
const checks: readonly Check[] = [
  { name: 'format', run: unformatted },
  { name: 'lint', run: () => problemsOfTool('oxlint', ['--type-aware', '--deny-warnings', '--format=unix']) },
  { name: 'types', run: () => problemsOfTool('typescript', ['--noEmit']) },
  { name: 'direction', run: () => problemsOfTool('dependency-cruiser', ['--config', '.dependency-cruiser.cjs', '.']) },
  sizes,
  words,
  errorsRaised,
  generatedDiff,
  links,
  protobufjs,
];

/** The files that the formatter would change; how it would, `npm run format` shows. */
async function unformatted(): Promise<string[]> {
  const lines = await problemsOfTool('@biomejs/biome', ['format', '--max-diagnostics=none', '.']);
  const files = lines.filter((line) => / format ━+$/.test(line)).map((line) => line.replace(/ format ━+$/, ''));
  return files.length > 0 ? files.map((file) => `${file} is not formatted: run npm run format`) : lines;
}

const shownLines = 60;
let failed = 0;

for (const check of checks) {
  const startedMs = performance.now();
  const problems = await check.run();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)\n`);
  for (const problem of problems.slice(0, shownLines)) process.stdout.write(`       ${problem}\n`);
  if (problems.length > shownLines) process.stdout.write(`       … and ${problems.length - shownLines} more\n`);
  if (problems.length > 0) failed += 1;
}

process.exitCode = failed === 0 ? 0 : 1;
