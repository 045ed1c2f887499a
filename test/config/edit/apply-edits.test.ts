import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { applyEdits, type Edit } from '../../../config/edit/apply-edits.ts';

const file = `# head
sites:
    dev:   # the first
        hosts: [ a.example,  b.example ] # two of them
        certificates: 'certificates/dev'

    test: { hosts: [c.example], certificates: x }
mail:
    # whom to tell
    operators:
    - one@company.example   # day
    - two@company.example   # night
    ownerAddress:
        pattern: "{user}@company.example"
# foot
`;

function lines(text: string): string[] {
  return text.split('\n');
}

describe('an edit of the configuration', () => {
  it('changes its own line alone', () => {
    const made = applyEdits(file, [{ path: ['mail', 'ownerAddress', 'pattern'], value: '{user}@other.example' }]);

    expect(made).toBe(file.replace('{user}@company', '{user}@other'));
  });

  it('keeps what is said beside the entries of a list that stay', () => {
    const operators = ['two@company.example', 'three@company.example'];
    const made = applyEdits(file, [{ path: ['mail', 'operators'], value: operators }]);

    expect(parse(made)).toMatchObject({ mail: { operators } });
    expect(made).toContain('- two@company.example   # night');
    expect(made).not.toContain('# day');
  });

  it('adds a group, and takes out one that became empty', () => {
    const added = applyEdits(file, [{ path: ['mail', 'timeouts', 'connect'], value: '5s' }]);
    expect(parse(added)).toMatchObject({ mail: { timeouts: { connect: '5s' } } });

    const taken = applyEdits(added, [{ path: ['mail', 'timeouts', 'connect'] }]);

    expect(taken).toBe(file);
  });

  it('keeps an entry that becomes empty, for it says that it is there', () => {
    const text = 'targets:\n  test:\n    data: carry # as it is\n';

    expect(parse(applyEdits(text, [{ path: ['targets', 'test', 'data'] }]))).toEqual({ targets: { test: {} } });
  });

  it('keeps the line ends of Windows', () => {
    const windows = file.replaceAll('\n', '\r\n');
    const made = applyEdits(windows, [{ path: ['locale'], value: 'de' }]);

    expect(made.replaceAll('\r\n', '')).not.toContain('\n');
    expect(parse(made)).toMatchObject({ locale: 'de' });
  });

  it('begins a file that is empty, or holds a comment alone', () => {
    for (const text of ['', '# nothing yet\n']) {
      const made = applyEdits(text, [{ path: ['sites', 'dev', 'hosts'], value: ['a.example'] }]);
      expect(parse(made)).toEqual({ sites: { dev: { hosts: ['a.example'] } } });
      expect(made).toContain(text.trim());
    }
  });

  it('refuses what stands behind an anchor or in a merged group', () => {
    const text = 'a: &both { port: 1 }\nlistener: *both\nconsole: { <<: *both }\n';
    const edits: Edit[] = [{ path: ['listener', 'port'], value: 2 }, { path: ['console', 'port'] }];
    for (const edit of edits)
      expect(() => applyEdits(text, [edit])).toThrow(
        expect.objectContaining({ code: 'WAYBILL_SETTINGS_NOT_IN_PLACE' }),
      );
  });

  it('makes what was asked for of any text, and loses no comment', () => {
    const key = fc.constantFrom('sites', 'mail', 'locale', 'dev', 'hosts', 'operators', 'port');
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        'true',
        '12',
        '- x',
        'a: b',
        '#no',
        "it's",
        '*x',
        'null',
        '~',
        '0x1',
        '2020-01-01',
        'multi\nline',
      ),
      fc.integer(),
      fc.boolean(),
    );
    const value = fc.oneof(word, fc.array(word, { maxLength: 3 }));
    const path = fc.array(key, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(path, value, (where, wanted) => {
        const below: unknown = where
          .slice(0, -1)
          .reduce<unknown>((found, one) => (found as Record<string, unknown>)?.[one], parse(file));
        fc.pre(below === undefined || (typeof below === 'object' && !Array.isArray(below)));

        const made = applyEdits(file, [{ path: where, value: wanted }]);

        const found = where.reduce<unknown>((inner, one) => (inner as Record<string, unknown>)[one], parse(made));
        expect(found).toEqual(wanted);
        for (const comment of ['# head', '# foot']) expect(lines(made)).toContain(comment);
      }),
      { numRuns: 300 },
    );
  });
});
