import { waybillError } from '../../../common/errors/catalogue.ts';
import type { Alert, AlertTenant, MessageOptions, TemplateSource } from './alert.ts';
import { basicText } from './basic-text.ts';
import { fillJsonTemplate, type JsonObject, type Markup } from './json-template.ts';
import { isUsableAddress, mended } from './mend-message.ts';
import { fitted, type Room } from './room.ts';
import { teamsBasicCard, teamsCard } from './teams-card.ts';
import { teamsProblem } from './teams-limits.ts';
import { alertContext, alertView } from './view-of-alert.ts';

/** The body of a request to a Teams workflow ("When a Teams webhook request is received"). */
export type TeamsMessage = JsonObject;

const measure = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;
const widest: Room = { log: 16_000, error: 8000, words: 1000, entries: 30, measure };

/** Which texts of a card Teams reads as Markdown, and what escapes it there. */
const teamsMarkup: Markup = {
  escapes: Object.fromEntries(Array.from('\\`*_[]~', (character) => [character, `\\${character}`])),
  isMarkedUp: (key, parent) =>
    parent['type'] === 'TextBlock'
      ? key === 'text'
      : parent['type'] === undefined && 'title' in parent && 'value' in parent && (key === 'title' || key === 'value'),
  mend: (value) => value,
};

/**
 * The message of an alert for Teams: one Adaptive Card, within Teams' limits whatever names, errors and logs hold (Qlik
 * Cloud facts, section 4): a log that is too long is cut at its line ends, after it the error. Pure; safe to repeat.
 * @throws WAYBILL_ALERT_TEMPLATE, WAYBILL_ALERT_TEMPLATE_JSON, WAYBILL_ALERT_TEMPLATE_REFUSED when a template of the
 * user's cannot be used; a caller then asks for the basic style without templates, which throws nothing
 */
export function teamsMessage(alert: Alert, tenant: AlertTenant, options: MessageOptions): TeamsMessage {
  const { style, template } = options;
  if (style === 'formatted' && template !== undefined) return fromTemplate(template, alert, tenant, options);
  const build = (room: Room) => {
    const view = alertView(alert, tenant, options, room);
    if (style === 'formatted') return message(teamsCard(view));
    const text = basicText(options.basicMsgTemplate, alertContext(alert, tenant, options, room), view.summary);
    return message(teamsBasicCard(text, view));
  };
  return fitted(widest, build, teamsProblem).made;
}

function fromTemplate(
  template: TemplateSource,
  alert: Alert,
  tenant: AlertTenant,
  options: MessageOptions,
): TeamsMessage {
  const build = (room: Room) =>
    mended(fillJsonTemplate(template, alertContext(alert, tenant, options, room), teamsMarkup), mendTeams);
  const { made, problem } = fitted(widest, build, teamsProblem);
  if (problem === undefined) return made;
  throw waybillError('WAYBILL_ALERT_TEMPLATE_REFUSED', { template: template.name, service: 'Teams', problem });
}

function message(content: JsonObject): TeamsMessage {
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** A card with an address that cannot be opened is not shown at all. */
function mendTeams(part: JsonObject): JsonObject | undefined {
  const { type, url, actions } = part;
  if (type === 'Action.OpenUrl' && !isUsableAddress(url)) return undefined;
  if (type === 'ActionSet' && Array.isArray(actions) && actions.length === 0) return undefined;
  return part;
}
