import { defineConfig } from 'vitest/config';

/** The tests of rules and of steps that need no Temporal server: each mutant runs those that reach it. */
export default defineConfig({
  test: {
    include: ['test/rules/**/*.test.ts', 'test/activities/{qrs,qlik-cloud,alerts}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // One process for all test files of a mutant: starting one costs more than most mutants do.
    isolate: false,
  },
});
