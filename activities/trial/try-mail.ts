import { distinctAddresses } from '../../common/mail-address.ts';
import type { Config } from '../../config/types.ts';
import { checkMail, type MailCheckStep } from '../mail/check-mail.ts';
import { lookUpRecipients, type ResolveOwner } from '../mail/look-up-recipients.ts';
import type { MailLogger } from '../mail/mail-settings.ts';
import type { TrialInput, TrialStep } from '../trial-types.ts';

interface MailTrialParts {
  readonly logger: MailLogger;
  readonly resolveOwner: ResolveOwner;
}

/** Sends one test mail with these settings: to the address that is given, else to whoever asks. */
export async function tryMail(
  parts: MailTrialParts,
  config: Config,
  { to, account }: TrialInput,
): Promise<readonly TrialStep[]> {
  const address = to ?? (await addressOf(parts, config, account));
  if (address === undefined) {
    const what = `No mail address is known of ${account}, so no mail was sent.`;
    const remedy = 'Type an address to send it to, or say under Owner address where addresses are found.';
    return [{ name: 'address', verdict: 'broken', what, remedy }];
  }
  const { steps } = await checkMail(config, { to: [address], requestedBy: account, logger: parts.logger });
  return steps.filter(({ result }) => result !== 'not-reached').map(stepOf);
}

/** The address of an account, as an app owner's is found; at the first site that knows it. */
async function addressOf(parts: MailTrialParts, config: Config, account: string): Promise<string | undefined> {
  const own = { ...config, mail: { ...config.mail, fallback: [] } };
  const sites = [...Object.keys(config.sources), ...Object.keys(config.targets)];
  for (const site of sites) {
    const request = { to: 'owner', site, owner: account } as const;
    const found = await lookUpRecipients(request, own, parts).catch(() => undefined);
    const [address] = distinctAddresses(found?.addresses ?? []).addresses;
    if (address !== undefined) return address;
  }
  return undefined;
}

function stepOf({ step, result, detail, remedy }: MailCheckStep): TrialStep {
  const name = step.replace('-', ' ');
  if (result === 'failed') return { name, verdict: 'broken', what: detail, ...(remedy && { remedy }) };
  return { name, verdict: result === 'ok' ? 'ok' : 'skipped', what: detail };
}
