import type { Config, SourceConfig } from '../config/types.ts';
import { ruleProperties } from '../rules/setup/security-rules.ts';
import type { WantedProperty, WantedSetup } from '../rules/setup/setup-step.ts';

/** What the configuration does not say. */
export interface Choices {
  /** Names of the streams at the targets that people may choose. */
  readonly streams: readonly string[];
  readonly securityRules: boolean;
}

/** What a source has to have so that people can ask for what its configuration allows. */
export function wantedSetup(config: Config, source: SourceConfig, { streams, securityRules }: Choices): WantedSetup {
  const { promoteOnReload } = source;
  return {
    properties: [...promotionProperties(config, source, streams), ...(securityRules ? ruleProperties : [])],
    // Made at once, so that whoever allows promotion after reloads later finds it: a tag that marks nothing disturbs nobody.
    tags: [promoteOnReload.tag],
    securityRules,
  };
}

function promotionProperties(config: Config, source: SourceConfig, streams: readonly string[]): WantedProperty[] {
  const { properties, words, targets, afterPromotion, promoteOnReload } = source;
  const [yes = ''] = words.yes;
  const modes = [words.overwrite, words.duplicate].flatMap((one) => one.slice(0, 1));
  const forApps = (name: string, choiceValues: readonly string[], description: string): WantedProperty => ({
    name,
    choiceValues: choiceValues.filter((value) => value !== ''),
    objectTypes: ['App'],
    description,
    forRules: false,
  });
  const flag = (isWanted: boolean, name: string, description: string): WantedProperty[] =>
    isWanted ? [forApps(name, [yes], description)] : [];
  return [
    forApps(
      properties.server,
      targets.flatMap((target) => modes.map((mode) => `${target} - ${mode}`)),
      'Where this app goes when it is approved, and how.',
    ),
    forApps(properties.stream, streams, 'The streams at the target that this app goes to.'),
    forApps(
      properties.approval,
      [words.approve, words.deny].flatMap((one) => one.slice(0, 1)),
      'Approves or denies the promotion of this app.',
    ),
    ...flag(
      afterPromotion.unpublish === 'byProperty',
      properties.unpublish,
      'This app leaves its stream after its promotion.',
    ),
    ...flag(config.versioning.mode === 'byProperty', properties.versioning, 'A version of this app is kept in S3.'),
    ...flag(
      promoteOnReload.enabled,
      properties.reload,
      'This app is promoted after every reload, without an approval.',
    ),
    ...(config.mail.enabled
      ? [
          {
            ...forApps(properties.streamAlert, [yes], 'Mails go out when an app is published to this stream.'),
            objectTypes: ['Stream'],
          },
        ]
      : []),
  ];
}
