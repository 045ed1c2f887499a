import { eq, or } from '../activities/qrs/client/filter.ts';
import type { SetupClient } from '../activities/qrs/client/setup-client.ts';
import type { QrsCustomPropertyDefinition, QrsSystemRule } from '../activities/qrs/client/types.ts';
import { namesOfRules } from '../rules/setup/security-rules.ts';
import type { RuleContext, StandingDefinition, StandingRule, StandingSetup } from '../rules/setup/setup-step.ts';

/** What a source has of what can be set up there: its custom properties, these tags, the rules in question. Reads only. */
export async function readStanding(client: SetupClient, tagNames: readonly string[]): Promise<StandingSetup> {
  const named = tagNames.map((name) => eq('name', name));
  const [definitions, tags, rules] = await Promise.all([
    client.customPropertyDefinitions(),
    named.length === 0 ? [] : client.tags(or(...named)),
    client.securityRules(namesOfRules),
  ]);
  return { definitions: definitions.map(definitionOf), tags, rules: rules.map(ruleOf) };
}

/** As the rules look at it; a site may leave an empty list out. */
export function definitionOf({ id, name, choiceValues, objectTypes }: QrsCustomPropertyDefinition): StandingDefinition {
  return { id, name, choiceValues: choiceValues ?? [], objectTypes: objectTypes ?? [] };
}

const contexts: Readonly<Record<string, RuleContext>> = {
  0: 'both',
  1: 'hub',
  2: 'qmc',
  BothQlikSenseAndQMC: 'both',
  QlikSenseOnly: 'hub',
  QMCOnly: 'qmc',
};

/** As the rules look at it. */
export function ruleOf(rule: QrsSystemRule): StandingRule {
  const { id, name, resourceFilter, actions, disabled, type } = rule;
  return {
    id,
    name,
    resourceFilter,
    actions,
    condition: rule.rule,
    context: contexts[rule.ruleContext] ?? 'both',
    comment: rule.comment ?? '',
    disabled,
    type,
  };
}
