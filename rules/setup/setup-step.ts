/** A custom property as a source has to have it. */
export interface WantedProperty {
  readonly name: string;
  readonly choiceValues: readonly string[];
  /** `App`, `Stream`, `User`. */
  readonly objectTypes: readonly string[];
  /** What it is for, in words; the site shows it beside the name. */
  readonly description: string;
  /** The security rules alone need it. */
  readonly forRules: boolean;
}

/** Where a security rule counts. */
export type RuleContext = 'both' | 'hub' | 'qmc';

/** What a security rule says. `actions`: the sum of 1 create, 2 read, 4 update, 8 delete, 16 export, 32 publish. */
export interface RuleText {
  readonly name: string;
  readonly resourceFilter: string;
  readonly actions: number;
  readonly condition: string;
  readonly context: RuleContext;
  readonly comment: string;
}

/** What a source has to have. */
export interface WantedSetup {
  readonly properties: readonly WantedProperty[];
  readonly tags: readonly string[];
  /** Whether security rules are made, and the built-in ones that they replace disabled. */
  readonly securityRules: boolean;
}

/** A custom property that a site has. */
export interface StandingDefinition {
  readonly id: string;
  readonly name: string;
  readonly choiceValues: readonly string[];
  readonly objectTypes: readonly string[];
}

/** A security rule that a site has. */
export interface StandingRule extends RuleText {
  readonly id: string;
  readonly disabled: boolean;
  /** `ReadOnly` cannot be changed. */
  readonly type: string;
}

/** What a source has, as far as setting it up looks at it. */
export interface StandingSetup {
  readonly definitions: readonly StandingDefinition[];
  readonly tags: readonly { readonly id: string; readonly name: string }[];
  /** Those of the names that are proposed, or are to be disabled. */
  readonly rules: readonly StandingRule[];
}

/** One write at a source. Each holds what is needed to take it back. */
export type SetupStep =
  | {
      readonly do: 'create-property';
      readonly name: string;
      readonly choiceValues: readonly string[];
      readonly objectTypes: readonly string[];
      readonly description: string;
    }
  | {
      readonly do: 'extend-property';
      readonly name: string;
      /** As they were. */
      readonly before: Pick<StandingDefinition, 'choiceValues' | 'objectTypes'>;
      /** What is added. */
      readonly choiceValues: readonly string[];
      readonly objectTypes: readonly string[];
    }
  | { readonly do: 'create-tag'; readonly name: string }
  | ({ readonly do: 'create-rule' } & RuleText)
  /** The rest of it says what is disabled; `type` as it was before. */
  | ({ readonly do: 'disable-rule'; readonly type: string } & RuleText);

/** What is to be done at a source, and what is not. */
export interface SetupPlan {
  /** Custom properties and the tag, in order. */
  readonly steps: readonly SetupStep[];
  /** The step of its own that may be declined: the rules, what they need and what they replace, in order. */
  readonly ruleSteps: readonly SetupStep[];
  /** What is there and stays, in words. */
  readonly kept: readonly string[];
  /** What a person should know, in words. */
  readonly remarks: readonly string[];
}
