/**
 * How mutants are made and run; test/mutation/run.ts says of what. `npm run mutation`; not in CI, as it takes hours.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false, pool: 'forks' },
  plugins: ['@stryker-mutator/vitest-runner', './test/mutation/ignore-words.js'],
  ignorers: ['words'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  inPlace: false,
  // None: Stryker would rewrite it with an API that TypeScript 7 no longer has, and nothing here reads it.
  tsconfigFile: 'none',
  tempDirName: '.vitest/mutation',
  ignorePatterns: ['/.vitest', '/bench', '/docs', '/.ci', '/data', '/.sandbox', '/test/histories'],
  concurrency: 2,
  timeoutMS: 10_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 10,
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.vitest/mutation-report/mutation.json' },
  htmlReporter: { fileName: '.vitest/mutation-report/mutation.html' },
};
