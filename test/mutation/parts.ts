/**
 * The parts of a mutation run: what is changed, and the tests that are to notice. A part by itself starts faster, and
 * its tests are those of the same folder, so that its figure says how well these watch over it.
 */
export const parts = {
  rules: { mutate: 'rules/**/*.ts', testFiles: ['test/rules/**/*.test.ts'] },
  client: { mutate: 'activities/qrs/client/**/*.ts', testFiles: ['test/activities/qrs/client/**/*.test.ts'] },
  source: { mutate: 'activities/qrs/source/**/*.ts', testFiles: ['test/activities/qrs/source/**/*.test.ts'] },
  target: {
    mutate: 'activities/qrs/target/**/*.ts',
    // What is compared with what was exported is done by both.
    testFiles: ['test/activities/qrs/target/**/*.test.ts', 'test/activities/qrs/content/**/*.test.ts'],
  },
  watch: { mutate: 'activities/qrs/watch/**/*.ts', testFiles: ['test/activities/qrs/watch/**/*.test.ts'] },
  content: { mutate: 'activities/qrs/content/**/*.ts', testFiles: ['test/activities/qrs/content/**/*.test.ts'] },
  qrs: {
    mutate: 'activities/qrs/*.ts',
    testFiles: [
      'test/activities/qrs/*.test.ts',
      'test/activities/qrs/content/**/*.test.ts',
      'test/activities/qrs/source/**/*.test.ts',
      'test/activities/qrs/target/**/*.test.ts',
      'test/activities/qrs/watch/**/*.test.ts',
    ],
  },
};
