import type { RuleText, WantedProperty } from './setup-step.ts';

/** A rule that is proposed, and the built-in one whose place it takes. */
export interface ProposedRule extends RuleText {
  readonly replaces?: string;
}

const UPDATE = 4;
const READ_AND_UPDATE = 6;

/**
 * The rules that the old program's documentation came with (docs/how-to/security-rules.md). They look for names that begin
 * with `Promot`.
 */
export const proposedRules: readonly ProposedRule[] = [
  {
    name: 'Waybill: who sees the promotion properties',
    replaces: 'ReadCustomProperties',
    resourceFilter: 'CustomProperty*',
    actions: UPDATE,
    condition:
      '(!user.IsAnonymous() and !(resource.name like "Promot*")) or (!(user.@CanPromote.Empty()) and resource.name like "Promot*")',
    context: 'both',
    comment:
      'Everybody sees every custom property, except those that begin with Promot: these only who bears CanPromote.',
  },
  {
    name: 'Waybill: who may change an app',
    replaces: 'OwnerUpdateApp',
    resourceFilter: 'App_*',
    actions: UPDATE,
    condition:
      '(resource.IsOwned() and resource.owner = user) or (!resource.stream.@CanPromoteFrom.empty() and !user.@CanPromote.Empty() and (resource.stream.@CanPromoteGroup = user.@CanPromoteGroup))',
    context: 'both',
    comment:
      'The owner, and who bears CanPromote where the stream bears CanPromoteFrom and both have the same CanPromoteGroup.',
  },
  {
    name: 'Waybill: who sees the stream of a group',
    resourceFilter: 'Stream_*',
    actions: READ_AND_UPDATE,
    condition: '((user.@Group=resource.@Group))',
    context: 'both',
    comment: 'Users whose Group is that of the stream.',
  },
];

const yes = ['True'];

/** The custom properties that these rules look at. Those of groups take any text. */
export const ruleProperties: readonly WantedProperty[] = [
  {
    name: 'CanPromote',
    choiceValues: yes,
    objectTypes: ['User'],
    description: 'This user may see and set the properties that begin with Promot.',
    forRules: true,
  },
  {
    name: 'CanPromoteFrom',
    choiceValues: yes,
    objectTypes: ['Stream'],
    description: 'Apps of this stream may be promoted by people who do not own them.',
    forRules: true,
  },
  {
    name: 'CanPromoteGroup',
    choiceValues: [],
    objectTypes: ['Stream', 'User'],
    description: 'Group of people who promote from this stream.',
    forRules: true,
  },
  {
    name: 'Group',
    choiceValues: [],
    objectTypes: ['Stream', 'User'],
    description: 'Group of people who see this stream.',
    forRules: true,
  },
];

/** The names of all rules that are made or disabled. */
export const namesOfRules: readonly string[] = proposedRules.flatMap(({ name, replaces }) =>
  replaces === undefined ? [name] : [name, replaces],
);

const actions = [
  'Create',
  'Read',
  'Update',
  'Delete',
  'Export',
  'Publish',
  'Change owner',
  'Change role',
  'Export data',
  'Offline access',
  'Distribute',
  'Duplicate',
  'Approve',
];

/** `Read, Update` for 6. */
export function actionWords(sum: number): string {
  const named = actions.filter((_, bit) => (sum & (1 << bit)) !== 0);
  return named.length === 0 ? 'none' : named.join(', ');
}
