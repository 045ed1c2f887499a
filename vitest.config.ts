import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 300_000,
    fileParallelism: true,
    maxWorkers: 2,
    pool: 'forks',
    // What the product writes for a terminal is compared as text, also where a CI asks for colours.
    env: { NO_COLOR: '1' },
    reporters: ['default'],
  },
});
