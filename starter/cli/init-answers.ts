import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Config, SiteConfig } from '../../config/types.ts';
import { placeholdersIn } from '../../config/placeholders.ts';
import { sourceSection } from '../../config/sections/sources.ts';
import type { Answers, Approvers, SiteAnswer } from '../../setup/settings.ts';
import type { Asker } from './init-asker.ts';
import {
  accountOf,
  approversOf,
  approverTexts,
  type GivenSite,
  type GivenSites,
  type InitOptions,
  wrongAccount,
  wrongAlias,
  wrongApprovers,
  wrongHost,
  wrongPort,
} from './init-options.ts';

/** What answers are made of. */
export interface Asked {
  readonly asker: Asker;
  readonly options: InitOptions;
  readonly given: GivenSites;
  /** The configuration that stands there already. */
  readonly standing: Config | undefined;
  /** The folder of the configuration. */
  readonly folder: string;
}

type Policy = Pick<Answers, 'unpublish' | 'approvers' | 'ownerMayApprove' | 'promoteOnReload'>;

const sourceFlag = '--source <alias>=<host>';
const targetFlag = '--target <alias>=<host>';

/** The sites; those that the configuration has already stay. @throws WAYBILL_SETUP_ANSWER_* */
export async function gatherSites(asked: Asked): Promise<Pick<Answers, 'source' | 'targets'>> {
  const { given, standing, asker } = asked;
  const source = await sourceSite(asked);
  const known = standing?.sources[source.alias]?.targets ?? [];
  const kept = known
    .filter((alias) => !given.targets.some((one) => one.alias === alias))
    .map((alias) => given.of(alias));
  const targets: SiteAnswer[] = [];
  for (const one of [...kept, ...given.targets]) targets.push(await targetSite(asked, one, [source, ...targets]));
  if (targets.length === 0) targets.push(await targetSite(asked, undefined, [source]));
  while (asker.isInteractive && given.targets.length === 0 && (await wantsAnother(asker, targets))) {
    targets.push(await targetSite(asked, undefined, [source, ...targets]));
  }
  return { source, targets };
}

async function sourceSite(asked: Asked): Promise<SiteAnswer> {
  const { given, standing, asker } = asked;
  const sources = Object.keys(standing?.sources ?? {});
  const [only] = sources.length === 1 ? sources : [];
  const alias = await asker.text({
    prompt: 'Which site do apps come from? A short name for it, as in dev:',
    asks: 'which site apps come from',
    flag: sourceFlag,
    given: given.source?.alias,
    usual: only,
    suggested: 'dev',
    wrong: wrongAlias,
  });
  return siteAnswer(asked, given.source ?? given.of(alias), sourceFlag);
}

async function targetSite(
  asked: Asked,
  given: GivenSite | undefined,
  others: readonly SiteAnswer[],
): Promise<SiteAnswer> {
  const isTaken = (alias: string): string | undefined =>
    others.some((one) => one.alias === alias) ? 'another site is called so' : undefined;
  const alias = await asked.asker.text({
    prompt: 'Which site do apps go to? A short name for it, as in test:',
    asks: 'which site apps go to',
    flag: targetFlag,
    given: given?.alias,
    suggested: 'test',
    wrong: (text) => wrongAlias(text) ?? isTaken(text),
  });
  return siteAnswer(asked, given ?? asked.given.of(alias), targetFlag);
}

async function wantsAnother(asker: Asker, targets: readonly SiteAnswer[]): Promise<boolean> {
  const answer = await asker.choice({
    prompt: `Apps go to ${targets.map(({ alias }) => alias).join(', ')}. To another site too?`,
    asks: 'whether there are more targets',
    flag: targetFlag,
    suggested: 'no',
    choices: [
      { value: 'no', name: 'no' },
      { value: 'yes', name: 'yes' },
    ],
  });
  return answer === 'yes';
}

async function siteAnswer({ asker, standing, folder }: Asked, given: GivenSite, flag: string): Promise<SiteAnswer> {
  const { alias } = given;
  const usual = usualOf(standing?.sites[alias], alias, folder);
  const host = await asker.text({
    prompt: `Name of the server of ${alias}, as its certificate has it:`,
    asks: `on which server ${alias} is`,
    flag,
    given: given.host,
    usual: usual.host,
    wrong: wrongHost,
  });
  const port = await asker.text({
    prompt: `Port of the repository service of ${alias}:`,
    asks: `on which port ${alias} answers`,
    flag: `${flag}:<port>`,
    given: given.port === undefined ? undefined : String(given.port),
    usual: String(usual.port),
    wrong: wrongPort,
  });
  const certificates = await asker.text({
    prompt: `Folder with root.pem, client.pem and client_key.pem of ${alias}:`,
    asks: `where the certificates of ${alias} are`,
    flag: `--certificates ${alias}=<folder>`,
    given: given.certificates,
    usual: usual.certificates,
  });
  const user = await asker.text({
    prompt: `Account that Waybill acts as at ${alias}:`,
    asks: `as which account Waybill acts at ${alias}`,
    flag: `--user ${alias}=<DIRECTORY\\user>`,
    given: given.user && `${given.user.directory}\\${given.user.id}`,
    usual: usual.user,
    wrong: wrongAccount,
  });
  const { serverName = usual.serverName, certificatePassword = usual.certificatePassword } = given;
  return {
    alias,
    host,
    port: Number(port),
    certificates: path.resolve(folder, certificates),
    user: accountOf(user),
    ...(serverName !== undefined && { serverName }),
    ...(certificatePassword !== undefined && { certificatePassword }),
  };
}

/** What the configuration says of a site, or what is usual. A password that is written there itself is left where it is. */
function usualOf(site: SiteConfig | undefined, alias: string, folder: string) {
  const password = site?.certificatePassword?.describe() ?? '';
  return {
    host: site?.hosts[0],
    port: site?.port ?? 4242,
    certificates: site?.certificates ?? path.join(folder, 'certificates', alias),
    user: site ? `${site.user.directory}\\${site.user.id}` : 'INTERNAL\\sa_api',
    serverName: site?.serverName,
    certificatePassword: placeholdersIn(password)[0] === password ? password : undefined,
  };
}

/** The streams that people may choose. `present`: those that they can choose now. @throws WAYBILL_SETUP_ANSWER_* */
export async function gatherStreams(
  { asker, options }: Asked,
  atTargets: readonly string[],
  present: readonly string[] | undefined,
): Promise<readonly string[]> {
  const known = [...new Set([...(present ?? []), ...atTargets])];
  if (known.length === 0) return [];
  const isKnown = (name: string): boolean => known.some((one) => one.toLowerCase() === name.toLowerCase());
  for (const name of options.stream ?? []) {
    const reason = `no target shows a stream of this name; there are ${known.join(', ')}`;
    if (!isKnown(name)) throw waybillError('WAYBILL_SETUP_ANSWER_WRONG', { flag: '--stream', value: name, reason });
  }
  return asker.several({
    prompt: 'To which streams at the targets may apps go?',
    asks: `to which streams apps may go; the targets have ${known.join(', ')}`,
    flag: '--stream <name...>',
    given: options.stream,
    usual: present,
    suggested: known,
    choices: known,
  });
}

/** What the configuration says now, or what is usual. */
export function presentPolicy({ standing }: Asked, source: string): Policy {
  const { afterPromotion, approval, promoteOnReload } = standing?.sources[source] ?? sourceSection.parse({});
  return {
    unpublish: afterPromotion.unpublish,
    approvers: approval.approvers,
    ownerMayApprove: approval.ownerMayApprove,
    promoteOnReload: promoteOnReload.enabled,
  };
}

const afterWords = { unpublish: 'always', strip: 'never', 'by-property': 'byProperty' } as const;
const yesOrNo = [
  { value: 'yes', name: 'yes' },
  { value: 'no', name: 'no' },
] as const;

/** What becomes of the source app, and who may approve. @throws WAYBILL_SETUP_ANSWER_* */
export async function gatherPolicy(asked: Asked, source: string): Promise<Policy> {
  const { asker, options } = asked;
  const present = presentPolicy(asked, source);
  const after = (Object.keys(afterWords) as (keyof typeof afterWords)[]).find(
    (word) => afterWords[word] === present.unpublish,
  );
  const unpublish = await asker.choice({
    prompt: `What becomes of an app at ${source} after its promotion?`,
    asks: `what becomes of an app at ${source} after its promotion`,
    flag: '--after-promotion unpublish|strip|by-property',
    given: options.afterPromotion as keyof typeof afterWords | undefined,
    usual: after,
    choices: [
      { value: 'unpublish', name: 'It leaves its stream and goes back to its owner' },
      { value: 'strip', name: 'It stays in its stream; its promotion properties are taken off' },
      { value: 'by-property', name: 'Each app says so itself, by a custom property' },
    ],
  });
  const approvers = await gatherApprovers(asker, options, present.approvers);
  const flags = await gatherFlags(asker, options, present);
  return { unpublish: afterWords[unpublish], approvers, ...flags };
}

async function gatherApprovers(asker: Asker, { approver }: InitOptions, present: Approvers): Promise<Approvers> {
  if (approver) return approversOf(approver);
  const usual = approverTexts(present).join(', ');
  const answer = await asker.text({
    prompt: String.raw`Who may approve? anyone, or DIRECTORY\user and group:Name, parted by commas:`,
    asks: 'who may approve',
    flag: '--approver <who...>',
    usual,
    wrong: (text) => (text === usual ? undefined : wrongApprovers(listed(text))),
  });
  return answer === usual ? present : approversOf(listed(answer));
}

async function gatherFlags(
  asker: Asker,
  { ownerMayApprove, promoteOnReload }: InitOptions,
  present: Policy,
): Promise<Pick<Policy, 'ownerMayApprove' | 'promoteOnReload'>> {
  const owner = await asker.choice({
    prompt: 'May the owner of an app approve it?',
    asks: 'whether owners may approve their own apps',
    flag: '--owner-may-approve yes|no',
    given: ownerMayApprove as 'yes' | 'no' | undefined,
    usual: present.ownerMayApprove ? 'yes' : 'no',
    choices: yesOrNo,
  });
  const reload = await asker.choice({
    prompt: 'May apps be promoted after each reload, without an approval, where somebody chose so?',
    asks: 'whether apps may be promoted after each reload',
    flag: '--promote-on-reload yes|no',
    given: promoteOnReload as 'yes' | 'no' | undefined,
    usual: present.promoteOnReload ? 'yes' : 'no',
    choices: yesOrNo,
  });
  return { ownerMayApprove: owner === 'yes', promoteOnReload: reload === 'yes' };
}

/** Whether security rules are made. @throws WAYBILL_SETUP_ANSWER_MISSING */
export async function gatherSecurityRules({ asker, options }: Asked, source: string): Promise<boolean> {
  const answer = await asker.choice({
    prompt: `Make security rules at ${source}, by which only some people see and set the promotion properties?`,
    asks: `whether security rules are made at ${source}`,
    flag: '--security-rules skip|create',
    given: options.securityRules as 'skip' | 'create' | undefined,
    usual: 'skip',
    choices: [
      { value: 'skip', name: 'No, the security rules stay as they are' },
      { value: 'create', name: 'Show them in full; I decide then' },
    ],
  });
  return answer === 'create';
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
