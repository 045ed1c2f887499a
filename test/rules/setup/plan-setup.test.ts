import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSetup } from '../../../rules/setup/plan-setup.ts';
import { actionWords, proposedRules, ruleProperties } from '../../../rules/setup/security-rules.ts';
import type { SetupStep, StandingSetup } from '../../../rules/setup/setup-step.ts';
import { stepText } from '../../../rules/setup/step-text.ts';
import { builtIn, definition, madeRules, standing, wanted, wantedProperty } from './make-setup.ts';

const withRules = wanted({ properties: ruleProperties, securityRules: true });
const namesOf = (steps: readonly SetupStep[]): string[] => steps.map((step) => `${step.do} ${step.name}`);

/** What a source has once these steps are done. */
function after({ definitions, tags, rules }: StandingSetup, steps: readonly SetupStep[]): StandingSetup {
  const found = { definitions: [...definitions], tags: [...tags], rules: [...rules] };
  for (const step of steps) {
    const at = found.definitions.findIndex(({ name }) => name === step.name);
    if (step.do === 'create-property') found.definitions.push(definition(step.name, step.choiceValues, step));
    if (step.do === 'extend-property') {
      const before = found.definitions[at]!;
      const choiceValues = [...before.choiceValues, ...step.choiceValues];
      found.definitions[at] = { ...before, choiceValues, objectTypes: [...before.objectTypes, ...step.objectTypes] };
    }
    if (step.do === 'create-tag') found.tags.push({ id: step.name, name: step.name });
    if (step.do === 'create-rule') found.rules.push(builtIn(step.name, step));
    if (step.do === 'disable-rule')
      found.rules = found.rules.map((rule) => (rule.name === step.name ? { ...rule, disabled: true } : rule));
  }
  return found;
}

describe('the plan of a set-up', () => {
  it('makes what is missing, and lists what is there', () => {
    const plan = planSetup(
      wanted({
        properties: [wantedProperty('PromoteToStream', ['Sales']), wantedProperty('PromotionApproval', ['Approve'])],
        tags: ['PromoteOnReload'],
      }),
      standing({ definitions: [definition('PromotionApproval', ['Approve'])] }),
    );

    expect(namesOf(plan.steps)).toEqual(['create-property PromoteToStream', 'create-tag PromoteOnReload']);
    expect(plan).toMatchObject({ ruleSteps: [], kept: ['custom property PromotionApproval'], remarks: [] });
  });

  it('adds values and resource types, keeps what they were, and takes nothing off', () => {
    const present = definition('PromoteToStream', ['sales', 'Old'], { objectTypes: ['Stream'] });

    const { steps, remarks } = planSetup(wanted(), standing({ definitions: [present] }));

    expect(steps).toEqual([
      {
        do: 'extend-property',
        name: 'PromoteToStream',
        before: { choiceValues: ['sales', 'Old'], objectTypes: ['Stream'] },
        choiceValues: ['Finance'],
        objectTypes: ['App'],
      },
    ]);
    expect(remarks).toEqual([expect.stringContaining('"Old"')]);
  });

  it('leaves a property alone that takes any text', () => {
    const plan = planSetup(wanted(), standing({ definitions: [definition('PromoteToStream', [])] }));

    expect(plan.steps).toEqual([]);
    expect(plan.remarks).toEqual([expect.stringContaining('people type what they like')]);
  });

  it('makes security rules only where they are wanted, before it disables those that they replace', () => {
    expect(planSetup(wanted(), standing()).ruleSteps).toEqual([]);
    expect(namesOf(planSetup(withRules, standing()).ruleSteps)).toEqual([
      ...ruleProperties.map(({ name }) => `create-property ${name}`),
      ...proposedRules.map(({ name }) => `create-rule ${name}`),
      'disable-rule ReadCustomProperties',
      'disable-rule OwnerUpdateApp',
    ]);
  });

  it('allows by a new rule no less than the one that it replaces', () => {
    const { ruleSteps } = planSetup(withRules, standing());
    const rules = ruleSteps.filter((step) => step.do === 'create-rule');

    expect(rules.map(({ actions }) => actionWords(actions))).toEqual(['Read, Update', 'Update', 'Read, Update']);
  });

  it.each([
    ['is not there', [], 'There is no security rule OwnerUpdateApp'],
    ['cannot be changed', [builtIn('OwnerUpdateApp', { type: 'ReadOnly' })], 'does not let anybody change'],
    [
      'would leave nobody with the right',
      [builtIn('OwnerUpdateApp'), builtIn('Waybill: who may change an app', { disabled: true })],
      'OwnerUpdateApp stays enabled',
    ],
  ])('does not disable a rule that %s', (_, rules, why) => {
    const { ruleSteps, remarks } = planSetup(withRules, standing({ rules }));

    expect(namesOf(ruleSteps)).not.toContain('disable-rule OwnerUpdateApp');
    expect(remarks).toContainEqual(expect.stringContaining(why));
  });

  it('leaves a rule alone that somebody adapted', () => {
    const rules = madeRules.map((rule) => ({ ...rule, condition: `${rule.condition} and true` }));

    const { ruleSteps, remarks } = planSetup(withRules, standing({ rules }));

    expect(ruleSteps.filter((step) => step.do === 'create-rule')).toEqual([]);
    expect(remarks.filter((remark) => remark.includes('adapted'))).toHaveLength(3);
  });

  it('shows a security rule with all that it says', () => {
    const [first] = planSetup(withRules, standing()).ruleSteps.filter((step) => step.do === 'create-rule');
    const { title, lines } = stepText(first!);

    expect(title).toBe('make the security rule "Waybill: who sees the promotion properties"');
    expect(lines.map((line) => line.slice(0, 17).trim())).toEqual([
      'Description',
      'Resource filter',
      'Actions',
      'Conditions',
      'Context',
    ]);
    expect(lines[3]).toContain(first!.condition);
  });

  it('finds nothing more to do once all of it is done, whatever stood there before', () => {
    const name = fc.constantFrom('PromoteToServer', 'PromoteToStream', 'CanPromote', 'Group');
    const values = fc.uniqueArray(fc.constantFrom('Sales', 'Finance', 'True', 'any'));
    const types = fc.uniqueArray(fc.constantFrom('App', 'Stream', 'User'));
    const properties = fc.uniqueArray(fc.record({ name, values, types }), { selector: (one) => one.name });

    fc.assert(
      fc.property(properties, properties, fc.boolean(), (wishes, present, securityRules) => {
        const wish = wanted({
          properties: wishes.map((one) =>
            wantedProperty(one.name, one.values, { objectTypes: one.types, forRules: securityRules }),
          ),
          tags: ['Tag'],
          securityRules,
        });
        const before = standing({
          definitions: present.map((one) => definition(one.name, one.values, { objectTypes: one.types })),
        });
        const first = planSetup(wish, before);
        const done = after(before, [...first.steps, ...first.ruleSteps]);
        const second = planSetup(wish, done);

        expect([second.steps, second.ruleSteps]).toEqual([[], []]);
        for (const { name: kept, choiceValues } of before.definitions)
          expect(done.definitions.find((one) => one.name === kept)?.choiceValues).toEqual(
            expect.arrayContaining([...choiceValues]),
          );
      }),
    );
  });
});
