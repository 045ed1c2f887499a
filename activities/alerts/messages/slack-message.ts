import { waybillError } from '../../../common/errors/catalogue.ts';
import type { Alert, AlertTenant, MessageOptions, TemplateSource } from './alert.ts';
import { basicText } from './basic-text.ts';
import { cutText } from './cut-lines.ts';
import { fillJsonTemplate, type JsonObject } from './json-template.ts';
import { isUsableAddress, mended } from './mend-message.ts';
import { fitted, type Room } from './room.ts';
import { slackBasicBlocks, slackBlocks } from './slack-blocks.ts';
import { slackLimits, slackProblem } from './slack-limits.ts';
import { slackEscaped, slackMarkup, withoutFences } from './slack-markup.ts';
import { alertContext, alertView } from './view-of-alert.ts';

/** The body of a request to an incoming webhook of Slack. */
export interface SlackMessage extends JsonObject {
  /** What notifications show, and all that a client without blocks shows. */
  readonly text: string;
  readonly blocks?: readonly JsonObject[];
}

export interface SlackOptions extends MessageOptions {
  /** As whom and where to post. Webhooks of a Slack app ignore it. */
  readonly identity?: { readonly channel?: string; readonly username?: string; readonly iconEmoji?: string };
}

const measure = (text: string) => slackEscaped(withoutFences(text)).length;

/** A log and the marks around it, an error and its label, fill the text of a section; names fill fields. */
const builtInRoom: Room = { log: 2980, error: 2900, words: 1900, entries: 22, measure };
/** In a template an error may stand in a field, and a log has more around it. */
const templateRoom: Room = { log: 2900, error: 1900, words: 1900, entries: 20, measure };

/**
 * The message of an alert for Slack, within Slack's limits whatever names, errors and logs hold (Qlik Cloud facts,
 * section 4): a log that is too long is cut at its line ends, after it the error. Pure; safe to repeat.
 * @throws WAYBILL_ALERT_TEMPLATE, WAYBILL_ALERT_TEMPLATE_JSON, WAYBILL_ALERT_TEMPLATE_REFUSED when a template of the
 * user's cannot be used; a caller then asks for the basic style without templates, which throws nothing
 */
export function slackMessage(alert: Alert, tenant: AlertTenant, options: SlackOptions): SlackMessage {
  const { style, template } = options;
  if (style === 'formatted' && template !== undefined) return fromTemplate(template, alert, tenant, options);
  const build = (room: Room) => {
    const view = alertView(alert, tenant, options, room);
    if (style === 'formatted') return message(options, view.summary, slackBlocks(view));
    const text = basicText(options.basicMsgTemplate, alertContext(alert, tenant, options, room), view.summary);
    return message(options, text, slackBasicBlocks(text, view));
  };
  return fitted(builtInRoom, build, slackProblem).made;
}

function fromTemplate(
  template: TemplateSource,
  alert: Alert,
  tenant: AlertTenant,
  options: SlackOptions,
): SlackMessage {
  const build = (room: Room): SlackMessage => {
    const filled = fillJsonTemplate(template, alertContext(alert, tenant, options, room), slackMarkup);
    const { summary } = alertView(alert, tenant, options, room);
    return { ...identityOf(options), text: fallbackText(summary), ...mended(filled, mendSlack) };
  };
  const { made, problem } = fitted(templateRoom, build, slackProblem);
  if (problem === undefined) return made;
  throw waybillError('WAYBILL_ALERT_TEMPLATE_REFUSED', { template: template.name, service: 'Slack', problem });
}

function message(options: SlackOptions, text: string, blocks: JsonObject[]): SlackMessage {
  return { ...identityOf(options), text: fallbackText(text), blocks };
}

function fallbackText(text: string): string {
  return slackEscaped(cutText(text, slackLimits.fallbackText, measure));
}

function identityOf({ identity }: SlackOptions): JsonObject {
  const { channel, username, iconEmoji } = identity ?? {};
  const given = Object.entries({ channel, username, icon_emoji: iconEmoji });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ''));
}

/** Slack refuses a whole message for one button without an address and for one empty text. */
function mendSlack(part: JsonObject): JsonObject | undefined {
  const { type, url, elements, text } = part;
  if (type === 'button' && url !== undefined && !isUsableAddress(url)) return undefined;
  if (type === 'actions' && Array.isArray(elements) && elements.length === 0) return undefined;
  return (type === 'mrkdwn' || type === 'plain_text') && text === '' ? { ...part, text: ' ' } : part;
}
