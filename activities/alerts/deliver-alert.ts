import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { SecretRef } from '../../config/types.ts';
import { attemptContext } from '../activity-context.ts';
import type { SendAlertsInput } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { type Destination, settingOf } from './destinations.ts';
import type { Alert, AlertTenant, ContextOptions, MessageOptions, TemplateSource } from './messages/alert.ts';
import { alertMail } from './messages/alert-mail.ts';
import { slackMessage } from './messages/slack-message.ts';
import { teamsMessage } from './messages/teams-message.ts';
import { webhookBody } from './messages/webhook-body.ts';
import { tenantOf } from './open-alert.ts';

export interface AlertDelivery {
  readonly input: SendAlertsInput;
  readonly destination: Destination;
  readonly alert: Alert;
  readonly style: 'formatted' | 'basic';
  /** The formatted message was refused: nothing of the user's own templates is used. */
  readonly isFallback?: boolean;
}

type Of<K extends Destination['kind']> = AlertDelivery & { readonly destination: Extract<Destination, { kind: K }> };

/** Sends one message to a destination of whatever kind. @throws as `sendAlerts` */
export async function deliverAlert(deps: AlertDependencies, delivery: AlertDelivery): Promise<void> {
  switch (delivery.destination.kind) {
    case 'mail':
      return byMail(deps, delivery as Of<'mail'>);
    case 'slack':
      return bySlack(deps, delivery as Of<'slack'>);
    case 'teams':
      return byTeams(deps, delivery as Of<'teams'>);
    case 'webhook':
      return byWebhook(deps, delivery as Of<'webhook'>);
    default:
      return byMqtt(deps, delivery as Of<'mqtt'>);
  }
}

async function bySlack(deps: AlertDependencies, delivery: Of<'slack'>): Promise<void> {
  const { alert, input, destination } = delivery;
  const { webhook, channel, userName, icon } = destination.settings;
  const identity = { channel, username: userName, iconEmoji: icon };
  const options = { ...(await messageOptions(deps, delivery)), identity };
  await post(deps, delivery, webhook, 'webhook', slackMessage(alert, alertTenant(deps, input.tenant), options));
}

async function byTeams(deps: AlertDependencies, delivery: Of<'teams'>): Promise<void> {
  const { alert, input, destination } = delivery;
  const message = teamsMessage(alert, alertTenant(deps, input.tenant), await messageOptions(deps, delivery));
  await post(deps, delivery, destination.settings.webhook, 'webhook', message);
}

async function byWebhook(deps: AlertDependencies, delivery: Of<'webhook'>): Promise<void> {
  const { alert, input, destination } = delivery;
  const { address, headers, secret } = destination.settings;
  const body = webhookBody(alert, alertTenant(deps, input.tenant), shown(deps, destination));
  const sent = await Promise.all(
    Object.entries(headers).map(async ([name, value]) => [name, await value.resolve()] as const),
  );
  const more = {
    headers: { ...Object.fromEntries(sent), 'idempotency-key': idOf(input) },
    secret: await secret?.resolve(),
  };
  await post(deps, delivery, address, 'address', body, more);
}

async function byMqtt(deps: AlertDependencies, { alert, input, destination }: Of<'mqtt'>): Promise<void> {
  const { topic, retain } = destination.settings;
  const tenant = alertTenant(deps, input.tenant);
  const body = webhookBody(alert, tenant, shown(deps, destination));
  await deps.publish(`${topic}/${tenant.id}`, JSON.stringify(body), retain);
}

async function byMail(deps: AlertDependencies, delivery: Of<'mail'>): Promise<void> {
  const { alert, input, destination } = delivery;
  const { mail, installation } = deps.config();
  const { subject, priority } = destination.settings;
  const options = {
    ...(await messageOptions(deps, delivery)),
    ...(subject && !delivery.isFallback && { subject: ownText(destination, 'subject', subject) }),
  };
  const { signal } = attemptContext();
  const rendered = alertMail(alert, alertTenant(deps, input.tenant), options);
  const dateUtc = deps.nowUtc();
  const to = [input.recipient];
  const messageId = `<alert.${idOf(input)}@${installation.id}.waybill>`;
  const headers = {
    'X-Waybill-Kind': `alert-${alert.kind}`,
    'X-Priority': { high: '1', normal: '3', low: '5' }[priority],
  };
  const { refused } = await deps.mail.send(mail, { messageId, dateUtc, to, headers, ...rendered }, signal);
  const [no] = refused;
  if (!no) return;
  const facts = { server: `${mail.host ?? ''}:${mail.port}`, reason: `${no.address}: ${no.response}` };
  throw waybillError(no.temporary ? 'WAYBILL_MAIL_TEMPORARY' : 'WAYBILL_MAIL_REJECTED', facts);
}

async function post(
  deps: AlertDependencies,
  { destination }: AlertDelivery,
  address: SecretRef,
  setting: string,
  body: object,
  more: { headers?: Record<string, string>; secret?: string } = {},
): Promise<void> {
  await deps.post({
    destination: destination.id,
    setting: settingOf(destination, setting),
    url: await address.resolve(),
    body: JSON.stringify(body),
    timeoutMs: destination.settings.timeoutMs,
    signal: attemptContext().signal,
    ...more,
  });
}

async function messageOptions(deps: AlertDependencies, delivery: AlertDelivery): Promise<MessageOptions> {
  const { destination, style, isFallback } = delivery;
  const base = { style, ...shown(deps, destination) };
  if (isFallback || !('message' in destination.settings)) return base;
  const { template, basicText } = destination.settings;
  return {
    ...base,
    ...(basicText && { basicMsgTemplate: ownText(destination, 'basicText', basicText) }),
    ...(template && style === 'formatted' && { template: await readTemplate(destination, template) }),
  };
}

function shown({ config }: AlertDependencies, { settings }: Destination): ContextOptions {
  const { headLines, tailLines } = settings;
  return { zone: config().timeZone, headLines, tailLines };
}

async function readTemplate(destination: Destination, file: string): Promise<TemplateSource> {
  try {
    return { name: file, text: await readFile(file, 'utf8') };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it cannot be read';
    const facts = { template: file, setting: settingOf(destination, 'template'), reason };
    throw waybillError('WAYBILL_ALERT_TEMPLATE_FILE', facts, { cause: error });
  }
}

function ownText(destination: Destination, setting: string, text: string): TemplateSource {
  return { name: settingOf(destination, setting), text };
}

function alertTenant(deps: AlertDependencies, tenant: string): AlertTenant {
  const { id, url, comment, qmcUrl, hubUrl, links } = tenantOf(deps, tenant);
  return {
    id,
    url,
    comment,
    qmcUrl,
    hubUrl,
    links: Object.entries(links).map(([linkText, to]) => ({ id: linkText, linkText, url: to })),
  };
}

/** The same for every try of one message. */
function idOf({ tenant, destination, recipient, items }: SendAlertsInput): string {
  const told = items.map(({ kind, reloadId }) => `${kind} ${reloadId}`);
  const text = JSON.stringify([tenant, destination, recipient, ...told]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
