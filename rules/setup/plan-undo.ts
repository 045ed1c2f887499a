import { fold, sameText } from '../app-facts.ts';
import { isSameRule, missingOf } from './plan-setup.ts';
import type { RuleText, SetupStep, StandingDefinition, StandingRule, StandingSetup } from './setup-step.ts';

/** A step that was done, and the id of what it made or changed. */
export interface DoneStep {
  readonly step: SetupStep;
  readonly id: string;
}

/** Something at the site that bears a value of a custom property, or a tag. */
export interface Usage {
  /** Id of the custom property or tag. */
  readonly id: string;
  /** Of the custom property; empty for a tag. */
  readonly value: string;
  /** As in `app "Sales Overview"`. */
  readonly by: string;
}

/** One write that takes a step back. */
export type UndoStep =
  | { readonly undo: 'delete-property' | 'delete-tag' | 'delete-rule' | 'enable-rule'; readonly id: string }
  | {
      readonly undo: 'shorten-property';
      readonly id: string;
      /** What is taken off. */
      readonly choiceValues: readonly string[];
      readonly objectTypes: readonly string[];
    };

/** What becomes of a step that was done. With neither `back` nor `why` there is nothing to take back any more. */
export interface UndoItem {
  readonly done: DoneStep;
  readonly back?: UndoStep;
  /** Why it stays, in words. */
  readonly why?: string;
}

/**
 * What an undo does with each step that was done, the last one first. What is in use, or was changed by somebody since, stays,
 * unless `force` is set.
 */
export function planUndo(
  done: readonly DoneStep[],
  standing: StandingSetup,
  usages: readonly Usage[],
  force: boolean,
): UndoItem[] {
  return withoutOwnExtensions(done)
    .toReversed()
    .map((one) => ({ done: one, ...fateOf(one, standing, usages, force) }));
}

/** A property that was made and extended later was made with all of it. */
export function withoutOwnExtensions(done: readonly DoneStep[]): DoneStep[] {
  return done.flatMap((one) => {
    const { step, id } = one;
    const isOfSame = (other: DoneStep, kind: SetupStep['do']): boolean => other.id === id && other.step.do === kind;
    if (step.do === 'extend-property') return done.some((other) => isOfSame(other, 'create-property')) ? [] : [one];
    if (step.do !== 'create-property') return [one];
    const later = done.flatMap((other) =>
      isOfSame(other, 'extend-property') && other.step.do === 'extend-property' ? [other.step] : [],
    );
    const choiceValues = [...step.choiceValues, ...later.flatMap((other) => other.choiceValues)];
    const objectTypes = [...step.objectTypes, ...later.flatMap((other) => other.objectTypes)];
    return [{ id, step: { ...step, choiceValues, objectTypes } }];
  });
}

type Fate = Pick<UndoItem, 'back' | 'why'>;

function fateOf({ step, id }: DoneStep, standing: StandingSetup, usages: readonly Usage[], force: boolean): Fate {
  const definition = standing.definitions.find((one) => one.id === id);
  const rule = standing.rules.find((one) => one.id === id);
  const own = usages.filter((one) => one.id === id);
  switch (step.do) {
    case 'create-property':
      if (!definition) return {};
      return fate({ undo: 'delete-property', id }, force, usedBy(own) ?? adapted(step, definition));
    case 'extend-property':
      return definition ? fateOfValues(step, definition, own, force) : {};
    case 'create-tag':
      if (!standing.tags.some((one) => one.id === id)) return {};
      return fate({ undo: 'delete-tag', id }, force, usedBy(own));
    case 'create-rule':
      return rule ? fate({ undo: 'delete-rule', id }, force, changedRule(step, rule)) : {};
    case 'disable-rule':
      return rule?.disabled ? { back: { undo: 'enable-rule', id } } : {};
  }
}

function fateOfValues(
  step: Extract<SetupStep, { do: 'extend-property' }>,
  { id, choiceValues, objectTypes }: StandingDefinition,
  usages: readonly Usage[],
  force: boolean,
): Fate {
  const added = step.choiceValues.filter((value) => choiceValues.some((one) => sameText(one, value)));
  const types = step.objectTypes.filter((type) => objectTypes.includes(type));
  if (added.length === 0 && types.length === 0) return {};
  const isAdded = new Set(added.map(fold));
  const inUse = types.length > 0 ? usages : usages.filter(({ value }) => isAdded.has(fold(value)));
  const back = { undo: 'shorten-property', id, choiceValues: added, objectTypes: types } as const;
  return fate(back, force, usedBy(inUse));
}

function fate(back: UndoStep, force: boolean, why: string | undefined): Fate {
  return why === undefined || force ? { back } : { why };
}

const mostNamed = 5;

function usedBy(usages: readonly Usage[]): string | undefined {
  const names = [...new Set(usages.map(({ by }) => by))];
  if (names.length === 0) return undefined;
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `it is in use by ${names.slice(0, mostNamed).join(', ')}${more}`;
}

function adapted(
  step: Extract<SetupStep, { do: 'create-property' }>,
  { choiceValues, objectTypes }: StandingDefinition,
): string | undefined {
  const others = [...missingOf(choiceValues, step.choiceValues), ...missingOf(objectTypes, step.objectTypes)];
  return others.length === 0 ? undefined : `somebody added to it since: ${others.join(', ')}`;
}

function changedRule(step: RuleText, rule: StandingRule): string | undefined {
  return isSameRule(step, rule) ? undefined : 'somebody changed it since';
}
