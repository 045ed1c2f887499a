import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctorChecks } from '../../common/finding.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '..', '..', 'docs', 'how-to', 'doctor.md'), 'utf8');

describe('the page of doctor', () => {
  it('describes every check, and no other', () => {
    const described = [...page.matchAll(/^\| `([a-z0-9]+\.[a-z]+)` \|/gm)].map(([, check]) => check);

    expect(described).toEqual(Object.keys(doctorChecks));
  });
});
