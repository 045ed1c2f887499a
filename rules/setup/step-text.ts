import { actionWords } from './security-rules.ts';
import type { RuleText, SetupStep } from './setup-step.ts';

const typeWords: Readonly<Record<string, string>> = { App: 'apps', Stream: 'streams', User: 'users' };

const contextWords = { both: 'Both in hub and QMC', hub: 'Only in hub', qmc: 'Only in QMC' } as const;

/** One step in words: what is done, and below it, each on a line, the whole of it. */
export function stepText(step: SetupStep): { readonly title: string; readonly lines: readonly string[] } {
  switch (step.do) {
    case 'create-property':
      return {
        title: `make the custom property ${step.name}, for ${wordsOf(step.objectTypes)}`,
        lines: [field('Values', step.choiceValues.join(', ') || 'any text'), field('Description', step.description)],
      };
    case 'extend-property':
      return { title: `add to the custom property ${step.name}: ${addedWords(step)}`, lines: beforeAndAfter(step) };
    case 'create-tag':
      return { title: `make the tag ${step.name}`, lines: [] };
    case 'create-rule':
      return { title: `make the security rule "${step.name}"`, lines: ruleLines(step) };
    case 'disable-rule':
      return {
        title: `disable the security rule ${step.name}`,
        lines: [...ruleLines(step), field('Before', 'enabled'), field('After', 'disabled')],
      };
  }
}

/** The step in words of one line, as something that was done. */
export function doneText(step: SetupStep): string {
  const words = {
    'create-property': `made the custom property ${step.name}`,
    'extend-property': `extended the custom property ${step.name}`,
    'create-tag': `made the tag ${step.name}`,
    'create-rule': `made the security rule "${step.name}"`,
    'disable-rule': `disabled the security rule ${step.name}`,
  };
  return words[step.do];
}

type Extension = Extract<SetupStep, { do: 'extend-property' }>;

function addedWords({ choiceValues, objectTypes }: Extension): string {
  const values = choiceValues.map((value) => `"${value}"`);
  return [...values, ...(objectTypes.length > 0 ? [`the resource type ${wordsOf(objectTypes)}`] : [])].join(', ');
}

function beforeAndAfter({ before, choiceValues, objectTypes }: Extension): string[] {
  const values =
    choiceValues.length === 0
      ? []
      : [
          field('Before', before.choiceValues.join(', ')),
          field('After', [...before.choiceValues, ...choiceValues].join(', ')),
        ];
  const types =
    objectTypes.length === 0
      ? []
      : [
          field('Before', `for ${wordsOf(before.objectTypes)}`),
          field('After', `for ${wordsOf([...before.objectTypes, ...objectTypes])}`),
        ];
  return [...values, ...types];
}

function ruleLines({ resourceFilter, actions, condition, context, comment }: RuleText): string[] {
  return [
    ...(comment === '' ? [] : [field('Description', comment)]),
    field('Resource filter', resourceFilter),
    field('Actions', actionWords(actions)),
    field('Conditions', condition),
    field('Context', contextWords[context]),
  ];
}

function field(name: string, text: string): string {
  return `${name.padEnd(17)}${text}`;
}

function wordsOf(types: readonly string[]): string {
  return types.map((type) => typeWords[type] ?? type).join(' and ');
}

/** The taking back of a step in words of one line, as something that was done. */
export function undoneText(step: SetupStep): string {
  const words = {
    'create-property': `deleted the custom property ${step.name}`,
    'extend-property': `took what was added off the custom property ${step.name}`,
    'create-tag': `deleted the tag ${step.name}`,
    'create-rule': `deleted the security rule "${step.name}"`,
    'disable-rule': `enabled the security rule ${step.name} again`,
  };
  return words[step.do];
}
