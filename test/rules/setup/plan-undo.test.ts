import { describe, expect, it } from 'vitest';
import { type DoneStep, planUndo, type Usage } from '../../../rules/setup/plan-undo.ts';
import type { SetupStep, StandingSetup } from '../../../rules/setup/setup-step.ts';
import { builtIn, definition, madeRules, standing } from './make-setup.ts';

const [rule] = madeRules;
const step = {
  property: { do: 'create-property', name: 'P', choiceValues: ['a'], objectTypes: ['App'], description: '' },
  extension: {
    do: 'extend-property',
    name: 'P',
    before: { choiceValues: ['a'], objectTypes: ['App'] },
    choiceValues: ['b'],
    objectTypes: ['Stream'],
  },
  tag: { do: 'create-tag', name: 'T' },
  rule: { do: 'create-rule', ...rule! },
  disabling: { do: 'disable-rule', ...builtIn('OwnerUpdateApp') },
} as const satisfies Record<string, SetupStep>;

const done = (key: keyof typeof step, id = `id of ${step[key].name}`): DoneStep => ({ step: step[key], id });
const all = standing({
  definitions: [definition('P', ['a', 'b', 'own'], { objectTypes: ['App', 'Stream'] })],
  tags: [{ id: 'id of T', name: 'T' }],
  rules: [rule!, builtIn('OwnerUpdateApp', { disabled: true })],
});

/** What becomes of steps, without the steps themselves. */
function fates(steps: readonly DoneStep[], found: StandingSetup = all, usages: readonly Usage[] = [], force = false) {
  return planUndo(steps, found, usages, force).map(({ back, why }) => back?.undo ?? why ?? 'nothing');
}

describe('the plan of an undo', () => {
  it('takes back the last step first', () => {
    expect(fates([done('tag'), done('rule'), done('disabling')])).toEqual(['enable-rule', 'delete-rule', 'delete-tag']);
  });

  it('has nothing to do with what is gone, or enabled again', () => {
    const steps = [done('property'), done('tag'), done('rule'), done('disabling')];

    expect(fates(steps, standing({ rules: [builtIn('OwnerUpdateApp')] }))).toEqual(Array(4).fill('nothing'));
  });

  it('keeps a property that is in use, names who uses it, and deletes it by force', () => {
    const found = standing({ definitions: [definition('P', ['a'])] });
    const usages = Array.from({ length: 7 }, (_, nth) => ({ id: 'id of P', value: 'a', by: `app "${nth}"` }));

    expect(fates([done('property')], found, usages)).toEqual([
      'it is in use by app "0", app "1", app "2", app "3", app "4" and 2 more',
    ]);
    expect(fates([done('property')], found, usages, true)).toEqual(['delete-property']);
  });

  it('keeps a property that somebody added values to', () => {
    expect(fates([done('property')])).toEqual(['somebody added to it since: b, own, Stream']);
  });

  it('deletes a property that was made and extended later as one thing', () => {
    const found = standing({ definitions: [definition('P', ['a', 'b'], { objectTypes: ['App', 'Stream'] })] });

    expect(fates([done('property'), done('extension')], found)).toEqual(['delete-property']);
  });

  it('takes off what it added to a property of others, and nothing else', () => {
    const [item] = planUndo([done('extension')], all, [], false);

    expect(item?.back).toEqual({
      undo: 'shorten-property',
      id: 'id of P',
      choiceValues: ['b'],
      objectTypes: ['Stream'],
    });
  });

  it('keeps an added value that is in use, but not for the use of another', () => {
    const values = { ...step.extension, objectTypes: [] };
    const use = (value: string): Usage[] => [{ id: 'id of P', value, by: 'app "Sales"' }];
    const fateWith = (usages: readonly Usage[]) => planUndo([{ step: values, id: 'id of P' }], all, usages, false)[0];

    expect(fateWith(use('B'))?.why).toBe('it is in use by app "Sales"');
    expect(fateWith(use('a'))?.back).toMatchObject({ choiceValues: ['b'] });
  });

  it('keeps a rule that somebody changed, and deletes it by force', () => {
    const found = standing({ rules: [{ ...rule!, actions: 2 }] });

    expect(fates([done('rule')], found)).toEqual(['somebody changed it since']);
    expect(fates([done('rule')], found, [], true)).toEqual(['delete-rule']);
  });
});
