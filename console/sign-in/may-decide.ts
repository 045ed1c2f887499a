import type { Config } from '../../config/types.ts';
import type { ConsolePerson } from '../../ledger/console-people.ts';
import { whyNotByPolicy } from '../../views/who-decides.ts';
import { whyNotApprove, type WhyNot } from './rights.ts';

/** Why somebody may not decide about an app: by his roles here, else by the settings of its stream. */
export function whyNotDecide(
  config: Config,
  person: ConsolePerson,
  app: { readonly site: string; readonly owner: string; readonly stream?: string | null | undefined },
): WhyNot {
  return whyNotApprove(person, app.stream ?? undefined) ?? whyNotByPolicy(config, app, person);
}
