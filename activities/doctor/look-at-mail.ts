import { hostname } from 'node:os';
import { type Finding, look, ok, skipped } from '../../common/finding.ts';
import { checkMail, type MailCheckStep } from '../mail/check-mail.ts';
import type { ActivityDependencies } from '../dependencies.ts';

const SUBJECT = 'mail';

/** Whether the mail server takes mails from here, up to the login; none is sent. */
export async function lookAtMail(deps: ActivityDependencies): Promise<Finding[]> {
  const config = deps.config();
  const { enabled, host, port, operators } = config.mail;
  const about = ['mail.server', SUBJECT] as const;
  if (!enabled) {
    const remedy = 'Set mail.enabled to true, with mail.host and mail.from, where people are to get mails.';
    return [skipped(about, 'No mails are sent: mail.enabled is false.', remedy)];
  }
  const { steps } = await checkMail(config, { logger: deps.logger });
  const failed = steps.find(({ result }) => result === 'failed');
  const server = `${host}:${port}`;
  if (failed) return [failureFinding(failed, server), operatorsFinding(operators)];
  const done = steps.filter(({ result }) => result === 'ok').map(({ step }) => step);
  return [ok(about, `${server} passed: ${done.join(', ')}. No mail was sent.`), operatorsFinding(operators)];
}

function failureFinding({ detail: what, remedy, code }: MailCheckStep, server: string): Finding {
  // A mail is tried again, which is why the error's own advice is to wait; here somebody looks.
  const isPassing = code === 'WAYBILL_MAIL_TEMPORARY' || remedy === undefined;
  const own = `Check mail.host and mail.port, whether the mail server runs, and whether the firewall lets ${hostname()} through to ${server}.`;
  const found = { check: 'mail.server', subject: SUBJECT, verdict: 'broken', what } as const;
  return { ...found, remedy: isPassing ? own : remedy, ...(code === undefined ? {} : { code }) };
}

function operatorsFinding(operators: readonly string[]): Finding {
  const about = ['mail.operators', SUBJECT] as const;
  if (operators.length > 0) return ok(about, `Trouble is mailed to ${operators.join(', ')}.`);
  return look(
    about,
    'Nobody is told of trouble.',
    'Set mail.operators to the addresses of whoever looks after Waybill.',
  );
}
