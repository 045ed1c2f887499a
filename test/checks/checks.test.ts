import { describe, expect, it } from 'vitest';
import { codesIn, errorProblems } from './errors-raised.ts';
import { errorsPage } from './errors-page.ts';
import { firstDifference } from './generated-diff.ts';
import { linkProblems } from './links.ts';
import { protobufjsProblems } from './protobufjs.ts';
import { textOf } from './repository.ts';
import { sizeProblems } from './sizes.ts';
import { wordProblems } from './words.ts';

describe('the check of sizes', () => {
  it('allows 300 lines of product and 450 of tests, and no line more', () => {
    const lines = (count: number): string => 'a\n'.repeat(count);

    expect(sizeProblems('rules/a.ts', lines(300))).toEqual([]);
    expect(sizeProblems('rules/a.ts', lines(301))[0]).toContain('rules/a.ts has 301 lines');
    expect(sizeProblems('test/rules/a.test.ts', lines(450))).toEqual([]);
    expect(sizeProblems('test/rules/a.test.ts', lines(451))).toHaveLength(1);
  });
});

describe('the check of words', () => {
  const faulty = textOf('test/fixtures/faulty/words.txt').trim().split('\n');

  it.each(faulty)('finds %s', (line) => {
    expect(wordProblems('a.md', `fine\n${line}\n`)).toEqual([expect.stringMatching(/^a\.md:2 says "/)]);
  });

  it.each(['see docs/work/main.md', 'https://pinojs.io/', 'the workflow/root of it', 'GET /users/5'])(
    'accepts %s',
    (line) => {
      expect(wordProblems('a.md', line)).toEqual([]);
    },
  );
});

describe('the check of errors', () => {
  it('tells codes that nothing raises, and codes that nobody knows', () => {
    const used = new Map([['WAYBILL_QRS_NEW', 'activities/a.ts']]);

    expect(errorProblems(['WAYBILL_QRS_OLD'], used)).toEqual([
      'WAYBILL_QRS_OLD is in the catalogue, but nothing raises it: remove it',
      'activities/a.ts names WAYBILL_QRS_NEW, which is not in the catalogue',
    ]);
  });

  it('takes a variable of the environment for no code', () => {
    expect(
      codesIn(`waybillError('WAYBILL_QRS_DOWN'); env['WAYBILL_TEST_PORT']; process.env.WAYBILL_TEST_HOST`),
    ).toEqual(['WAYBILL_QRS_DOWN']);
  });

  it('lists every error with what to do', () => {
    expect(errorsPage()).toMatch(/`WAYBILL_CONFIG_NOT_FOUND` \| No configuration file: .* \| Copy .* \| no \| 2 \|/);
  });
});

describe('the check of generated files', () => {
  it('tells the first line that differs', () => {
    expect(firstDifference('a\nb\n', 'a\nb\n')).toBeUndefined();
    expect(firstDifference('a\nb\n', 'a\nc\n')).toBe(2);
    expect(firstDifference('a', 'a\nb')).toBe(2);
  });
});

describe('the check of links', () => {
  it('finds a link to a file that is not there', () => {
    const text = '[good](../package.json#top) [web](https://x.example) [bad](gone.md)';

    expect(linkProblems('docs/a.md', text)).toEqual(['docs/a.md:1 links to gone.md, which is not there']);
  });
});

describe('the check of protobufjs', () => {
  const right = {
    'node_modules/protobufjs': { version: '8.8.1' },
    'node_modules/@grpc/proto-loader/node_modules/protobufjs': { version: '7.6.6' },
  };

  it('accepts one 8.x and the 7.x of gRPC', () => {
    expect(protobufjsProblems({ packages: right })).toEqual([]);
  });

  it.each([
    ['a second 8.x', { ...right, 'node_modules/a/node_modules/protobufjs': { version: '8.0.0' } }],
    ['a 7.x of another', { ...right, 'node_modules/a/node_modules/protobufjs': { version: '7.6.6' } }],
    ['a 7.x at the root', { 'node_modules/protobufjs': { version: '7.6.6' } }],
  ])('refuses %s', (_, packages) => {
    expect(protobufjsProblems({ packages })).toHaveLength(1);
  });
});
