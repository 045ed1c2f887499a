import { eq } from '../activities/qrs/client/filter.ts';
import type { NewRule } from '../activities/qrs/client/setup-calls.ts';
import { isSameRule, missingOf, entityNamed } from '../rules/setup/plan-setup.ts';
import type { RuleText, SetupStep } from '../rules/setup/setup-step.ts';
import { doneText } from '../rules/setup/step-text.ts';
import { changedMeanwhile, changeEntity, createOnce, type SourceSite } from './source-site.ts';
import { definitionOf, ruleOf } from './standing.ts';

/**
 * Does one step at the source: one write, and the reads that prove it. What is there already is never made a second time.
 * @returns the id of what was made or changed
 * @throws WAYBILL_SETUP_NOT_DONE, WAYBILL_SETUP_CHANGED_MEANWHILE, and what a write throws
 */
export async function doStep(site: SourceSite, step: SetupStep): Promise<string> {
  switch (step.do) {
    case 'create-property':
      return createProperty(site, step);
    case 'extend-property':
      return extendProperty(site, step);
    case 'create-tag':
      return createTag(site, step);
    case 'create-rule':
      return createRule(site, step);
    case 'disable-rule':
      return disableRule(site, step);
  }
}

/**
 * The id of what a step makes or changes, where the site shows the step as done; undefined where it does not. Reads only.
 * @throws WAYBILL_SETUP_CHANGED_MEANWHILE when something else of this name stands there
 */
export async function findDone(site: SourceSite, step: SetupStep): Promise<string | undefined> {
  switch (step.do) {
    case 'create-property':
      return (await findProperty(site, step))?.id;
    case 'extend-property': {
      const found = await propertyNamed(site, step.name);
      return found && isExtended(step, definitionOf(found)) ? found.id : undefined;
    }
    case 'create-tag':
      return (await findTag(site, step.name))?.id;
    case 'create-rule':
      return (await findRule(site, step))?.id;
    case 'disable-rule': {
      const found = await securityRule(site, step.name);
      return found?.disabled ? found.id : undefined;
    }
  }
}

type Step<Kind extends SetupStep['do']> = Extract<SetupStep, { do: Kind }>;

async function createProperty(site: SourceSite, step: Step<'create-property'>): Promise<string> {
  const { name, choiceValues, objectTypes, description } = step;
  const definition = { name, choiceValues, objectTypes, description, valueType: 'Text' };
  const made = await createOnce(site, {
    what: doneText(step),
    thing: `the custom property ${name}`,
    find: async () => findProperty(site, step),
    create: async () => site.client.createDefinition(definition),
  });
  return made.id;
}

async function findProperty(site: SourceSite, { name, choiceValues, objectTypes }: Step<'create-property'>) {
  const found = await propertyNamed(site, name);
  if (!found) return undefined;
  const standing = definitionOf(found);
  const isOurs =
    missingOf(choiceValues, standing.choiceValues).length === 0 &&
    missingOf(objectTypes, standing.objectTypes).length === 0 &&
    (choiceValues.length > 0 || standing.choiceValues.length === 0);
  if (!isOurs) throw changedMeanwhile(site, `the custom property ${name}`);
  return found;
}

async function extendProperty(site: SourceSite, step: Step<'extend-property'>): Promise<string> {
  const extended = await changeEntity(site, {
    what: doneText(step),
    read: async () => propertyNamed(site, step.name),
    change(found) {
      const { choiceValues, objectTypes } = definitionOf(found);
      if (isExtended(step, { choiceValues, objectTypes })) return undefined;
      return {
        ...found,
        choiceValues: [...choiceValues, ...missingOf(step.choiceValues, choiceValues)],
        objectTypes: [...objectTypes, ...missingOf(step.objectTypes, objectTypes)],
      };
    },
    put: async (changed) => site.client.putDefinition(changed),
  });
  if (!extended) throw changedMeanwhile(site, `the custom property ${step.name}`);
  return extended.id;
}

function isExtended(
  step: Step<'extend-property'>,
  { choiceValues, objectTypes }: { readonly choiceValues: readonly string[]; readonly objectTypes: readonly string[] },
): boolean {
  return missingOf(step.choiceValues, choiceValues).length + missingOf(step.objectTypes, objectTypes).length === 0;
}

async function propertyNamed({ client }: SourceSite, name: string) {
  return entityNamed(name, await client.customPropertyDefinitions(eq('name', name)));
}

async function createTag(site: SourceSite, step: Step<'create-tag'>): Promise<string> {
  const made = await createOnce(site, {
    what: doneText(step),
    thing: `the tag ${step.name}`,
    find: async () => findTag(site, step.name),
    create: async () => site.client.createTag(step.name),
  });
  return made.id;
}

async function findTag({ client }: SourceSite, name: string) {
  return entityNamed(name, await client.tags(eq('name', name)));
}

async function createRule(site: SourceSite, step: Step<'create-rule'>): Promise<string> {
  const made = await createOnce(site, {
    what: doneText(step),
    thing: `the security rule "${step.name}"`,
    find: async () => findRule(site, step),
    create: async () => site.client.createRule(newRule(step)),
  });
  return made.id;
}

const contextNumbers = { both: 0, hub: 1, qmc: 2 } as const;

function newRule({ name, resourceFilter, actions, condition, context, comment }: RuleText): NewRule {
  const written = { name, resourceFilter, actions, comment, rule: condition, ruleContext: contextNumbers[context] };
  return { ...written, category: 'Security', type: 'Custom', disabled: false };
}

async function findRule(site: SourceSite, step: Step<'create-rule'>) {
  const found = await securityRule(site, step.name);
  if (found && !isSameRule(ruleOf(found), step)) throw changedMeanwhile(site, `the security rule "${step.name}"`);
  return found;
}

async function disableRule(site: SourceSite, step: Step<'disable-rule'>): Promise<string> {
  const disabled = await changeEntity(site, {
    what: doneText(step),
    read: async () => securityRule(site, step.name),
    change(found) {
      if (found.disabled) return undefined;
      if (!isSameRule(ruleOf(found), step)) throw changedMeanwhile(site, `the security rule ${step.name}`);
      return { ...found, disabled: true };
    },
    put: async (changed) => site.client.putRule(changed),
  });
  if (!disabled) throw changedMeanwhile(site, `the security rule ${step.name}`);
  return disabled.id;
}

async function securityRule({ client }: SourceSite, name: string) {
  return entityNamed(name, await client.securityRules([name]));
}
