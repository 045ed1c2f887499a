import { waybillError } from '../../common/errors/catalogue.ts';
import type { Config } from '../../config/types.ts';
import type { PromotionMode, TargetChoice } from '../../workflows/contract.ts';
import { sameName } from '../../views/plain.ts';

/** What `--to` and `--stream` ask for, in the words of the source's properties. */
export interface WrittenTargets {
  /** `<target>:<mode>`, one for each `--to`. */
  readonly to: readonly string[];
  readonly streams: readonly string[];
}

/**
 * The targets of an approval on the command line.
 * @throws WAYBILL_CLI_TARGET_UNREADABLE, WAYBILL_CLI_TARGET_UNKNOWN, WAYBILL_CLI_USAGE
 */
export function parseTargets(config: Config, site: string, { to, streams }: WrittenTargets): TargetChoice[] {
  const source = sourceFor(config, site);
  const targets = to.map((text) => parseOne(text, source));
  const twice = targets.find((one, index) => targets.findIndex((other) => other.site === one.site) !== index);
  if (twice) throw usage(`${twice.site} is named twice`, 'Name each target once, with one mode.');
  const named = [...new Set(streams.map((stream) => stream.trim()).filter((stream) => stream !== ''))];
  if (targets.length === 0) {
    throw usage('it says not where to', `Add --to, as in --to ${exampleOf(source)}.`);
  }
  if (named.length === 0) throw usage('it names no stream', 'Add --stream, once for each stream at the targets.');
  return targets.map((target) => ({ ...target, streams: named }));
}

interface Source {
  readonly site: string;
  readonly targets: readonly string[];
  readonly modes: Readonly<Record<PromotionMode, readonly string[]>>;
}

function sourceFor(config: Config, site: string): Source {
  const { targets = [], words } = config.sources[site] ?? {};
  const modes = {
    overwrite: [...(words?.overwrite ?? []), 'overwrite'],
    duplicate: [...(words?.duplicate ?? []), 'duplicate'],
  };
  return { site, targets, modes };
}

function parseOne(text: string, source: Source): Pick<TargetChoice, 'site' | 'mode'> {
  const colon = text.lastIndexOf(':');
  if (colon < 0) throw unreadable(text, 'the mode is missing', source);
  const [alias, word] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  const site = source.targets.find((target) => sameName(target, alias));
  if (!site) {
    const facts = { target: alias === '' ? 'An empty name' : alias, site: source.site, known: knownOf(source) };
    throw waybillError('WAYBILL_CLI_TARGET_UNKNOWN', facts);
  }
  const mode = (['overwrite', 'duplicate'] as const).find((one) =>
    source.modes[one].some((known) => sameName(known, word)),
  );
  if (!mode) throw unreadable(text, `"${word}" is no mode`, source);
  return { site, mode };
}

function unreadable(text: string, reason: string, source: Source): Error {
  const modes = `${source.modes.overwrite[0]} and ${source.modes.duplicate[0]}`;
  const { site } = source;
  const facts = { text, reason, site, modes, known: knownOf(source), example: exampleOf(source) };
  return waybillError('WAYBILL_CLI_TARGET_UNREADABLE', facts);
}

function usage(reason: string, advice: string): Error {
  return waybillError('WAYBILL_CLI_USAGE', { reason, advice });
}

function knownOf({ targets }: Source): string {
  return targets.join(', ') || 'none';
}

function exampleOf({ targets, modes }: Source): string {
  return `${targets[0] ?? 'test'}:${modes.overwrite[0]}`;
}
