import { proposedRules } from '../../../rules/setup/security-rules.ts';
import type {
  StandingDefinition,
  StandingRule,
  StandingSetup,
  WantedProperty,
  WantedSetup,
} from '../../../rules/setup/setup-step.ts';

export const wantedProperty = (
  name: string,
  choiceValues: readonly string[],
  more: Partial<WantedProperty> = {},
): WantedProperty => ({
  name,
  choiceValues,
  objectTypes: ['App'],
  description: 'For a test.',
  forRules: false,
  ...more,
});

export const wanted = (more: Partial<WantedSetup> = {}): WantedSetup => ({
  properties: [wantedProperty('PromoteToStream', ['Sales', 'Finance'])],
  tags: [],
  securityRules: false,
  ...more,
});

export const definition = (
  name: string,
  choiceValues: readonly string[],
  more: Partial<StandingDefinition> = {},
): StandingDefinition => ({
  id: `id of ${name}`,
  name,
  choiceValues,
  objectTypes: ['App'],
  ...more,
});

export const builtIn = (name: string, more: Partial<StandingRule> = {}): StandingRule => ({
  id: `id of ${name}`,
  name,
  resourceFilter: 'App_*',
  actions: 4,
  condition: 'true',
  context: 'both',
  comment: '',
  disabled: false,
  type: 'Default',
  ...more,
});

/** The rules that are proposed, as they stand once they were made. */
export const madeRules: readonly StandingRule[] = proposedRules.map(({ replaces: _replaces, ...rule }) =>
  builtIn(rule.name, { ...rule, type: 'Custom' }),
);

export const standing = (more: Partial<StandingSetup> = {}): StandingSetup => ({
  definitions: [],
  tags: [],
  rules: [
    builtIn('OwnerUpdateApp'),
    builtIn('ReadCustomProperties', { resourceFilter: 'CustomProperty*', actions: 2 }),
  ],
  ...more,
});
