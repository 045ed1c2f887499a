import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { osAccount } from '../../../config/os-account.ts';
import { askYes } from '../../../starter/cli/ask-yes.ts';
import { createClock, lasting } from '../../../common/clock.ts';
import { plain } from '../../../views/plain.ts';
import { recordLine } from '../../../views/record-line.ts';
import { workflowLink } from '../../../views/workflow-link.ts';
import { testTemporalConfig } from '../../harness/temporal-config.ts';

function terminalThatAnswers(answer: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  input.end(answer);
  return { input, output };
}

describe('askYes', () => {
  it('takes y and yes in any case', async () => {
    await expect(askYes('Go on?', false, terminalThatAnswers('y\n'))).resolves.toBeUndefined();
    await expect(askYes('Go on?', false, terminalThatAnswers(' YES \n'))).resolves.toBeUndefined();
  });

  it('takes anything else, and an input that ends, for a no', async () => {
    for (const answer of ['n\n', '\n', 'yesterday\n', '']) {
      await expect(askYes('Go on?', false, terminalThatAnswers(answer))).rejects.toMatchObject({
        code: 'WAYBILL_CLI_NOT_CONFIRMED',
        exitCode: 1,
      });
    }
  });

  it('asks nobody where there is no terminal: --yes has to be said', async () => {
    const terminal = { input: new PassThrough(), output: new PassThrough() };

    await expect(askYes('Go on?', false, terminal)).rejects.toMatchObject({ code: 'WAYBILL_CLI_USAGE', exitCode: 2 });
    await expect(askYes('Go on?', true, terminal)).resolves.toBeUndefined();
  });
});

describe('the clock', () => {
  const clock = createClock('Europe/Berlin', () => Date.parse('2025-11-22T14:00:00.000Z'));

  it('tells times of its zone', () => {
    expect(clock.moment('2025-11-22T12:05:09.000Z')).toBe('2025-11-22 13:05');
    expect(clock.exact('2025-11-22T12:05:09.000Z')).toBe('2025-11-22 13:05:09');
    expect(clock.zone).toBe('Europe/Berlin');
  });

  it('tells ages in their largest unit', () => {
    expect(clock.ago('2025-11-22T12:00:00.000Z')).toBe('2 h ago');
    expect(clock.ago('2025-11-19T14:00:00.000Z')).toBe('3 d ago');
    expect(clock.ago('2025-11-22T13:59:59.000Z')).toBe('just now');
    expect(lasting(350)).toBe('350 ms');
  });
});

describe('osAccount', () => {
  it('names the domain on Windows, and only there', () => {
    expect(osAccount({ USERDOMAIN: 'COMPANY' }, 'win32')).toMatch(/^COMPANY\\[^\\]+$/);
    expect(osAccount({}, 'win32')).not.toContain('\\');
    expect(osAccount({ USERDOMAIN: 'COMPANY' }, 'linux')).not.toContain('\\');
  });
});

describe('what is printed', () => {
  it('holds no escape sequence, line break or turn of the writing direction', () => {
    expect(plain('Sales\u001b[2J\u001b]0;x\u0007\n\u202eOverview\u009b31m')).toBe('Sales Overview');
  });

  it('tells a record of a later version by its type', () => {
    expect(recordLine({ seq: 'x', type: 'something-new', facts: null })).toBe('something-new');
  });

  it('tells what a comparison of contents found, by name', () => {
    const told = (type: string, facts: unknown) => recordLine({ seq: 'x', type, facts });

    expect(told('content-compared', { verdict: 'same' })).toBe('its content is what was exported');
    expect(
      told('content-compared', { verdict: 'differs', differences: ['sheet "A" is missing', 'script was changed'] }),
    ).toBe('its content differs: sheet "A" is missing; script was changed');
    expect(told('copy-compared', { verdict: 'not-compared', why: 'it is encrypted' })).toBe(
      'the content of the copy for its owner could not be compared: it is encrypted',
    );
  });

  it('survives records whose facts are not as expected', () => {
    for (const type of ['approve', 'exported', 'planned', 'published', 'verified', 'trouble', 'changed', 'skipped']) {
      expect(recordLine({ seq: 'x', type, facts: undefined })).toEqual(expect.any(String));
    }
  });
});

describe('workflowLink', () => {
  it('leads to the configured page, else to the development server, else nowhere', () => {
    const link = (changes: Parameters<typeof testTemporalConfig>[0]) =>
      workflowLink({ temporal: testTemporalConfig(changes) }, 'promotion/dev/1');

    expect(link({})).toBe('http://127.0.0.1:8233/namespaces/default/workflows/promotion%2Fdev%2F1');
    expect(link({ uiUrl: 'https://t.example/ui/' })).toBe(
      'https://t.example/ui/namespaces/default/workflows/promotion%2Fdev%2F1',
    );
    expect(link({ address: 'temporal:7233' })).toBeUndefined();
  });
});
