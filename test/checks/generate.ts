import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedFiles } from './generated-files.ts';
import { root } from './repository.ts';

/** Writes every generated file anew. Safe to repeat. */
for (const [file, make] of Object.entries(generatedFiles)) {
  const absolute = path.join(root, file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, make());
  process.stdout.write(`${file}\n`);
}
