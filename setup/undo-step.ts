import { eq, guid } from '../activities/qrs/client/filter.ts';
import { fold } from '../rules/app-facts.ts';
import type { UndoItem, UndoStep } from '../rules/setup/plan-undo.ts';
import { undoneText } from '../rules/setup/step-text.ts';
import { changeEntity, removeOnce, type SourceSite } from './source-site.ts';
import { definitionOf } from './standing.ts';

/**
 * Takes one step back: one write, and the reads that prove it. Safe to repeat: what is back already is left alone.
 * @throws WAYBILL_SETUP_NOT_DONE, and what a write throws
 */
export async function undoStep(site: SourceSite, { done }: UndoItem, back: UndoStep): Promise<void> {
  const what = undoneText(done.step);
  const { client } = site;
  const { id } = back;
  const isIt = eq('id', guid(id));
  switch (back.undo) {
    case 'delete-property': {
      const find = async () => (await client.customPropertyDefinitions(isIt))[0];
      return removeOnce(site, { what, find, remove: async () => client.remove('custompropertydefinition', id) });
    }
    case 'delete-tag': {
      const find = async () => (await client.tags(isIt))[0];
      return removeOnce(site, { what, find, remove: async () => client.remove('tag', id) });
    }
    case 'delete-rule': {
      const find = async () => ruleOfId(site, done.step.name, id);
      return removeOnce(site, { what, find, remove: async () => client.remove('systemrule', id) });
    }
    case 'enable-rule':
      await changeEntity(site, {
        what,
        read: async () => ruleOfId(site, done.step.name, id),
        change: (found) => (found.disabled ? { ...found, disabled: false } : undefined),
        put: async (changed) => client.putRule(changed),
      });
      return;
    case 'shorten-property':
      await changeEntity(site, {
        what,
        read: async () => (await client.customPropertyDefinitions(isIt))[0],
        change: (found) => shortened(found, back),
        put: async (changed) => client.putDefinition(changed),
      });
  }
}

type Shortening = Extract<UndoStep, { undo: 'shorten-property' }>;
type Definition = Parameters<typeof definitionOf>[0];

function shortened(found: Definition, back: Shortening): Definition | undefined {
  const { choiceValues, objectTypes } = definitionOf(found);
  const values = new Set(back.choiceValues.map(fold));
  const types = new Set(back.objectTypes.map(fold));
  const left = {
    choiceValues: choiceValues.filter((value) => !values.has(fold(value))),
    objectTypes: objectTypes.filter((type) => !types.has(fold(type))),
  };
  const isSame = left.choiceValues.length === choiceValues.length && left.objectTypes.length === objectTypes.length;
  return isSame ? undefined : { ...found, ...left };
}

async function ruleOfId({ client }: SourceSite, name: string, id: string) {
  return (await client.securityRules([name])).find((one) => one.id === id);
}
