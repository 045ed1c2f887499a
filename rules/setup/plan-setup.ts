import { fold, sameText } from '../app-facts.ts';
import { actionWords, type ProposedRule, proposedRules } from './security-rules.ts';
import type {
  RuleText,
  SetupPlan,
  SetupStep,
  StandingDefinition,
  StandingRule,
  StandingSetup,
  WantedProperty,
  WantedSetup,
} from './setup-step.ts';

/** Steps and words of one part of a plan. */
type Part = Pick<SetupPlan, 'kept' | 'remarks'> & { readonly steps: readonly SetupStep[] };

const nothing: Part = { steps: [], kept: [], remarks: [] };

/**
 * What is missing at a source. Only adds: a value that people may have chosen is never taken off, and what an administrator
 * made otherwise stays as it is. With nothing missing there are no steps.
 */
export function planSetup(wanted: WantedSetup, standing: StandingSetup): SetupPlan {
  const properties = wanted.properties.map((one) => [one.forRules, planProperty(one, standing.definitions)] as const);
  const tags = wanted.tags.map((name) => planTag(name, standing));
  const basic = joined([...properties.flatMap(([forRules, part]) => (forRules ? [] : [part])), ...tags]);
  const rules = wanted.securityRules
    ? joined([...properties.flatMap(([forRules, part]) => (forRules ? [part] : [])), planRules(standing.rules)])
    : nothing;
  return {
    steps: basic.steps,
    ruleSteps: rules.steps,
    kept: [...basic.kept, ...rules.kept],
    remarks: [...basic.remarks, ...rules.remarks],
  };
}

function planProperty(wanted: WantedProperty, definitions: readonly StandingDefinition[]): Part {
  const { name, choiceValues, objectTypes, description } = wanted;
  const [found] = definitions
    .filter((one) => sameText(one.name, name))
    .toSorted((a, b) => Number(b.name === name) - Number(a.name === name));
  if (!found) return { ...nothing, steps: [{ do: 'create-property', name, choiceValues, objectTypes, description }] };
  const takesAnything = found.choiceValues.length === 0 && choiceValues.length > 0;
  const added = takesAnything ? [] : missingOf(choiceValues, found.choiceValues);
  const types = missingOf(objectTypes, found.objectTypes);
  const remarks = takesAnything
    ? [`The custom property ${found.name} has no values to choose from, so people type what they like. It stays so.`]
    : strangeValues(wanted, found);
  if (added.length === 0 && types.length === 0) return { steps: [], kept: [`custom property ${found.name}`], remarks };
  const before = { choiceValues: found.choiceValues, objectTypes: found.objectTypes };
  const step = { do: 'extend-property', name: found.name, before, choiceValues: added, objectTypes: types } as const;
  return { steps: [step], kept: [], remarks };
}

function strangeValues({ name, choiceValues }: WantedProperty, found: StandingDefinition): string[] {
  const others = choiceValues.length === 0 ? [] : missingOf(found.choiceValues, choiceValues);
  if (others.length === 0) return [];
  const values = others.map((value) => `"${value}"`).join(', ');
  return [`${name} also offers ${values}. They stay: take them off in the QMC where nobody is to choose them.`];
}

function planTag(name: string, { tags }: StandingSetup): Part {
  return tags.some((one) => sameText(one.name, name))
    ? { ...nothing, kept: [`tag ${name}`] }
    : { ...nothing, steps: [{ do: 'create-tag', name }] };
}

/** The new rules come first: until the last of them is there, nobody loses a right. */
function planRules(rules: readonly StandingRule[]): Part {
  const made = proposedRules.map((one) => planRule(one, rules));
  const disabled = proposedRules.flatMap((one) =>
    one.replaces === undefined ? [] : [planDisabling(one, one.replaces, rules)],
  );
  return joined([...made, ...disabled]);
}

function planRule({ replaces, ...proposed }: ProposedRule, rules: readonly StandingRule[]): Part {
  const found = entityNamed(proposed.name, rules);
  const replaced = replaces === undefined ? undefined : entityNamed(replaces, rules);
  // A rule that takes the place of another allows no less.
  const rule: RuleText = { ...proposed, actions: proposed.actions | (replaced?.actions ?? 0) };
  if (!found) return { ...nothing, steps: [{ do: 'create-rule', ...rule }] };
  const kept = [`security rule "${found.name}"`];
  if (found.disabled)
    return { ...nothing, kept, remarks: [`The security rule "${found.name}" is disabled, and stays so.`] };
  if (isSameRule(found, rule)) return { ...nothing, kept };
  return { ...nothing, kept, remarks: [`Somebody adapted the security rule "${found.name}". It stays as it is.`] };
}

function planDisabling({ name: successor }: ProposedRule, name: string, rules: readonly StandingRule[]): Part {
  const found = entityNamed(name, rules);
  if (!found) return { ...nothing, remarks: [`There is no security rule ${name} that could be disabled.`] };
  if (found.disabled) return { ...nothing, kept: [`security rule ${found.name}, which is disabled`] };
  if (sameText(found.type.replaceAll(' ', ''), 'ReadOnly')) {
    const what = `The site does not let anybody change the security rule ${found.name}, so it stays enabled beside the new ones.`;
    return { ...nothing, remarks: [what] };
  }
  if (entityNamed(successor, rules)?.disabled) {
    const what = `The security rule ${found.name} stays enabled, because "${successor}", which is to take its place, is disabled.`;
    return { ...nothing, remarks: [what] };
  }
  const { id: _id, disabled: _disabled, ...text } = found;
  return { ...nothing, steps: [{ do: 'disable-rule', ...text }] };
}

/** Whether two rules say the same; comments are for people. */
export function isSameRule(left: RuleText, right: RuleText): boolean {
  const says = ({ resourceFilter, condition, actions, context }: RuleText): string =>
    [resourceFilter, condition, actionWords(actions), context]
      .map((text) => text.replaceAll(/\s+/g, ' ').trim())
      .join('\n');
  return says(left) === says(right);
}

/** What bears this name: exactly, or else in any case. */
export function entityNamed<T extends { readonly name: string }>(name: string, rules: readonly T[]): T | undefined {
  return rules.find((one) => one.name === name) ?? rules.find((one) => sameText(one.name, name));
}

/** What is missing in `present`, compared as Qlik does. */
export function missingOf(wanted: readonly string[], present: readonly string[]): string[] {
  const known = new Set(present.map(fold));
  return wanted.filter((one) => !known.has(fold(one)));
}

function joined(parts: readonly Part[]): Part {
  return {
    steps: parts.flatMap(({ steps }) => steps),
    kept: parts.flatMap(({ kept }) => kept),
    remarks: parts.flatMap(({ remarks }) => remarks),
  };
}
