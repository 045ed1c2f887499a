import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceFindings, type ChoicePolicy } from '../../../rules/doctor/choices.ts';
import type { PropertyDefinition } from '../../../rules/doctor/properties.ts';
import { names } from '../make-facts.ts';

const words = {
  approve: ['Approve', 'Ja'],
  deny: ['Deny', 'Nein'],
  yes: ['True'],
  overwrite: ['Overwrite', 'Ersetzen'],
  duplicate: ['Duplicate'],
};

const policyFor = (targets: readonly string[]): ChoicePolicy => ({ site: 'dev', names, words, targets });
const choosing = (name: string, ...choiceValues: string[]): PropertyDefinition => ({
  name,
  choiceValues,
  objectTypes: ['App'],
});
const whatOf = (targets: readonly string[], ...definitions: PropertyDefinition[]): string[] =>
  choiceFindings(policyFor(targets), definitions).map(({ verdict, what }) => `${verdict}: ${what}`);

const aliases = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/), { minLength: 1, maxLength: 5 });
const everyChoice = (targets: readonly string[]): string[] =>
  targets.flatMap((target) => [`${target} - Overwrite`, `${target} - Duplicate`]);

describe('the choices of a source', () => {
  it('are sound where every target can be chosen in both modes, whatever the aliases and their order', () => {
    fc.assert(
      fc.property(aliases, fc.nat(), (targets, turn) => {
        const values = everyChoice(targets);
        const turned = [...values.slice(turn % values.length), ...values.slice(0, turn % values.length)];

        expect(choiceFindings(policyFor(targets), [choosing(names.server, ...turned)])).toEqual([
          expect.objectContaining({ verdict: 'ok' }),
        ]);
      }),
    );
  });

  it('show each target that lost a choice, and no other', () => {
    fc.assert(
      fc.property(aliases, fc.nat(), (targets, at) => {
        const lost = targets[at % targets.length] ?? '';
        const left = everyChoice(targets.filter((target) => target !== lost));
        const found = choiceFindings(policyFor(targets), [choosing(names.server, ...left, 'x y - Overwrite')]);
        const missing = found.filter(({ what }) => what.startsWith('Nobody can choose'));

        expect(missing.map(({ what }) => what)).toEqual([
          `Nobody can choose "${lost} - Overwrite" and "${lost} - Duplicate": it is no value of PromoteToServer.`,
        ]);
      }),
    );
  });

  it('show a value that names no target, one without a mode, and one with an unknown mode', () => {
    const found = whatOf(
      ['test'],
      choosing(names.server, ...everyChoice(['test']), 'tset - Overwrite', 'test', 'test - Copy'),
    );

    expect(found).toEqual([
      expect.stringMatching(
        /^look: PromoteToServer offers "test - Copy", which .* must end in "Overwrite" or "Duplicate"/,
      ),
      expect.stringMatching(/^look: PromoteToServer offers "test", which .* without saying how/),
      expect.stringMatching(
        /^look: PromoteToServer offers "tset - Overwrite", which .* names no known target; known are test/,
      ),
    ]);
  });

  it('take any word that the settings know for a mode, in any case', () => {
    expect(whatOf(['test'], choosing(names.server, 'TEST - ersetzen', 'test - DUPLICATE'))).toEqual([
      expect.stringMatching(/^ok/),
    ]);
  });

  it('need a word for approve and for deny, and show a word that means nothing', () => {
    expect(whatOf(['test'], choosing(names.approval, 'Ja', 'Vielleicht'))).toEqual([
      'look: PromotionApproval offers "Vielleicht", which means nothing to Waybill.',
      'look: PromotionApproval offers no value for deny: none of "Deny", "Nein".',
    ]);
  });

  it('are left alone where people type what they like, and where there is no such property', () => {
    expect(whatOf(['test'], choosing(names.server), choosing(names.approval))).toEqual([expect.stringMatching(/^ok/)]);
    expect(whatOf(['test'])).toEqual([expect.stringMatching(/^ok/)]);
  });
});
