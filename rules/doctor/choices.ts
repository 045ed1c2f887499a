import { type Finding, look, ok, siteSubject } from '../../common/finding.ts';
import { fold, sameText } from '../app-facts.ts';
import { type PropertyNames, type PropertyWords, readPropertyRequest } from '../property-request.ts';
import type { PropertyDefinition } from './properties.ts';

/** What the choices of a source are held against. */
export interface ChoicePolicy {
  readonly site: string;
  readonly names: PropertyNames;
  readonly words: PropertyWords;
  /** Aliases of the targets. */
  readonly targets: readonly string[];
}

const modes = ['overwrite', 'duplicate'] as const;
const about = (site: string) => ['source.choices', siteSubject(site)] as const;

/**
 * Holds the values that people can choose against what Waybill understands, as it reads them on an app. The order of the
 * values never matters. A property without choices takes any text, and is left out, as one that is not there.
 */
export function choiceFindings(policy: ChoicePolicy, definitions: readonly PropertyDefinition[]): Finding[] {
  const choicesOf = (name: string): readonly string[] => [
    ...new Set(definitions.filter((one) => sameText(one.name, name)).flatMap((one) => one.choiceValues)),
  ];
  const { names, words, site } = policy;
  const yesOrNo = [names.unpublish, names.versioning, names.reload] as const;
  const faults = [
    ...serverFindings(policy, choicesOf(names.server)),
    ...wordFindings(site, names.approval, choicesOf(names.approval), [
      ['approve', words.approve],
      ['deny', words.deny],
    ]),
    ...yesOrNo.flatMap((name) => wordFindings(site, name, choicesOf(name), [['yes', words.yes]])),
  ];
  if (faults.length > 0) return faults.toSorted((a, b) => (a.what < b.what ? -1 : 1));
  return [ok(about(site), 'What people can choose names known targets, modes and words.')];
}

function serverFindings(policy: ChoicePolicy, choices: readonly string[]): Finding[] {
  if (choices.length === 0) return [];
  const read = choices.map((value) => ({ value, ...readServerChoice(policy, value) }));
  const unknown = read.flatMap(({ value, problem }) =>
    problem === undefined ? [] : [notUnderstood(policy, value, problem)],
  );
  const offered = new Set(read.flatMap(({ target }) => (target ? [`${target.site} ${target.mode}`] : [])));
  const missing = policy.targets.flatMap((target) => {
    const lacking = modes.filter((mode) => !offered.has(`${target} ${mode}`));
    return lacking.length === 0 ? [] : [notOffered(policy, target, lacking)];
  });
  return [...unknown, ...missing];
}

/** The value as it would be read on an app whose only choice it is. */
function readServerChoice({ names, words, targets }: ChoicePolicy, value: string) {
  const row = (name: string, text: string) => ({ id: name, name, value: text, modifiedUtc: '', modifiedBy: '' });
  const rows = [row(names.server, value), row(names.stream, 'any')];
  const request = readPropertyRequest({ rows }, names, words, targets);
  return { target: request.targets[0], problem: request.problems[0]?.text };
}

function notUnderstood({ site, names }: ChoicePolicy, value: string, problem: string): Finding {
  return look(
    about(site),
    `${names.server} offers "${value}", which Waybill does not understand: ${problem}`,
    `Ask the administrator of site "${site}" to correct this value of the custom property ${names.server}, or add the alias to targets and sources.${site}.targets.`,
  );
}

function notOffered(
  { site, names, words }: ChoicePolicy,
  target: string,
  lacking: readonly (typeof modes)[number][],
): Finding {
  const values = lacking.map((mode) => `"${target} - ${words[mode][0] ?? mode}"`).join(' and ');
  return look(
    about(site),
    `Nobody can choose ${values}: it is no value of ${names.server}.`,
    `Ask the administrator of site "${site}" to add ${values} to the custom property ${names.server}, unless people are not meant to choose it.`,
  );
}

function wordFindings(
  site: string,
  name: string,
  choices: readonly string[],
  meanings: readonly (readonly [key: string, words: readonly string[]])[],
): Finding[] {
  if (choices.length === 0) return [];
  const known = new Set(meanings.flatMap(([, words]) => words.map(fold)));
  const strange = choices.filter((value) => !known.has(fold(value)));
  const lacking = meanings.filter(([, words]) => !words.some((word) => choices.some((value) => sameText(value, word))));
  return [
    ...strange.map((value) =>
      look(
        about(site),
        `${name} offers "${value}", which means nothing to Waybill.`,
        `Ask the administrator of site "${site}" to take this value off the custom property ${name}, or add it to sources.${site}.words.`,
      ),
    ),
    ...lacking.map(([key, words]) =>
      look(
        about(site),
        `${name} offers no value for ${key}: none of ${words.map((word) => `"${word}"`).join(', ')}.`,
        `Ask the administrator of site "${site}" to add "${words[0] ?? key}" to the custom property ${name}, or correct sources.${site}.words.${key}.`,
      ),
    ),
  ];
}
