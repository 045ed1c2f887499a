import { z } from 'zod';
import { butlerTenant } from './butler-tenant.ts';
import { durationText, lines, takeHandlebars, takeTemplate } from './butler-values.ts';
import type { ImportBook } from './import-book.ts';
import { flag, type Settings, settled, text } from './import-values.ts';

const seconds = z.number().min(0).max(31_536_000);
const word = z.string().trim().toLowerCase();

export function butlerAlert(kind: 'teams' | 'slack' | 'email'): string {
  return `${butlerTenant}.alert.${kind}Notification.reloadAppFailure`;
}

/** What all destinations have in common, but for the tag. `isOn`: whether Butler sends anything at all. */
export function commonOf(source: ImportBook, from: string, at: string, isOn: boolean): Settings {
  const enabled = source.take(`${from}.enable`, `${at}.enabled`, flag) ?? false;
  const rateLimit = source.take(`${from}.rateLimit`, `${at}.rateLimit`, seconds);
  if (rateLimit !== undefined)
    source.change(
      `${from}.rateLimit`,
      'What Butler keeps back is lost; here it comes together in one digest.',
      `${at}.rateLimit`,
    );
  return {
    enabled: enabled && isOn,
    rateLimit: rateLimit === undefined ? undefined : durationText(rateLimit),
    headLines: linesOf(source, `${from}.headScriptLogLines`, `${at}.headLines`),
    tailLines: linesOf(source, `${from}.tailScriptLogLines`, `${at}.tailLines`),
  };
}

function linesOf(source: ImportBook, key: string, setting: string): number | undefined {
  const written = source.read(key, z.number());
  if (written === undefined) return undefined;
  const shown = Math.min(Math.max(Math.trunc(written), 0), 500);
  source.carry(key, setting);
  if (!lines.safeParse(written).success)
    source.look(key, `Waybill shows 0 to 500 whole lines; this became ${shown}.`, setting);
  return shown;
}

/** The tag that an app has to bear; undefined where every app is alerted. */
export function tagOf(source: ImportBook, from: string, at: string): string | undefined {
  const isOn = source.read(`${from}.alertEnableByTag.enable`, flag) ?? false;
  const tag = source.read(`${from}.alertEnableByTag.tag`, text);
  if (!isOn || tag === undefined) {
    if (isOn) source.look(`${from}.alertEnableByTag.enable`, 'It names no tag, so every app is alerted.', at);
    for (const name of ['enable', 'tag'])
      source.drop(`${from}.alertEnableByTag.${name}`, 'Alerts by tag are not in use.');
    return undefined;
  }
  for (const name of ['enable', 'tag']) source.carry(`${from}.alertEnableByTag.${name}`, `${at}.onlyTagged`);
  return tag;
}

/** How a message in Teams or Slack looks. */
function messageOf(source: ImportBook, from: string, at: string): Settings {
  const type = source.take(`${from}.messageType`, `${at}.message`, word.pipe(z.enum(['formatted', 'basic'])));
  const basicOnly = source.take(`${from}.basicContentOnly`, `${at}.message`, flag) ?? false;
  if (basicOnly)
    source.change(
      `${from}.basicContentOnly`,
      'message: basic is all that comes of it. In Butler it also takes the script log from what is sent after this.',
      `${at}.message`,
    );
  return {
    message: basicOnly ? 'basic' : type,
    template: takeTemplate(source, `${from}.templateFile`, `${at}.template`),
    basicText: takeHandlebars(source, `${from}.basicMsgTemplate`, `${at}.basicText`),
  };
}

function chatOf(source: ImportBook, from: string, at: string, isOn: boolean): Settings {
  const onlyTagged = tagOf(source, from, at);
  if (onlyTagged !== undefined)
    source.change(
      `${from}.alertEnableByTag.enable`,
      'Butler does not look at the tag here and sends every alert; Waybill does look.',
      `${at}.onlyTagged`,
    );
  return { ...commonOf(source, from, at, isOn), onlyTagged, ...messageOf(source, from, at) };
}

/** Teams, where Butler has settings for it. */
export function teamsOf(source: ImportBook, name: string, isOn: boolean): Settings | undefined {
  const from = butlerAlert('teams');
  if (!source.has(from)) return undefined;
  const at = `alerts.destinations.teams.${name}`;
  const webhook = webhookOf(source, from, at, 'TEAMS_WEBHOOK');
  if (webhook === undefined) return undefined;
  const address = source.read(`${from}.webhookURL`, text) ?? '';
  lookAtTeams(source, `${from}.webhookURL`, `${at}.webhook`, address);
  const settings = chatOf(source, from, at, isOn);
  if (settings['rateLimit'] !== undefined)
    source.change(
      `${from}.rateLimit`,
      'In Butler it never holds anything back in Teams; here it does.',
      `${at}.rateLimit`,
    );
  return { [name]: settled({ ...settings, webhook }) };
}

function lookAtTeams(source: ImportBook, key: string, setting: string, address: string): void {
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  const advice = 'Make a workflow "When a Teams webhook request is received", and put its address into the variable.';
  if (/(^|\.)(webhook\.office\.com|outlook\.office(365)?\.com)$/i.test(host))
    source.look(key, `Teams connectors are retired: this address takes nothing any more. ${advice}`, setting);
  else if (/^abc123\./i.test(host)) source.look(key, `This is the example of Butler's template. ${advice}`, setting);
  else if (!/(^|\.)(logic\.azure\.com|api\.powerplatform\.com)$/i.test(host))
    source.look(key, `This is not the address of a workflow. ${advice}`, setting);
}

/** Slack, where Butler has settings for it. */
export function slackOf(source: ImportBook, name: string, isOn: boolean): Settings | undefined {
  const from = butlerAlert('slack');
  if (!source.has(from)) return undefined;
  const at = `alerts.destinations.slack.${name}`;
  const webhook = webhookOf(source, from, at, 'SLACK_WEBHOOK');
  if (webhook === undefined) return undefined;
  const address = source.read(`${from}.webhookURL`, text) ?? '';
  if (/\/services\/etc\//.test(address))
    source.look(
      `${from}.webhookURL`,
      "This is the example of Butler's template: put a real one into the variable.",
      `${at}.webhook`,
    );
  const settings = settled({
    ...chatOf(source, from, at, isOn),
    webhook,
    channel: source.take(`${from}.channel`, `${at}.channel`, text),
    userName: source.take(`${from}.fromUser`, `${at}.userName`, text),
    icon: source.take(`${from}.iconEmoji`, `${at}.icon`, text),
  });
  for (const key of ['channel', 'fromUser', 'iconEmoji'])
    if (source.has(`${from}.${key}`))
      source.change(`${from}.${key}`, 'Only an old webhook of Slack follows it; that of an app has its own.', at);
  return { [name]: settings };
}

function webhookOf(source: ImportBook, from: string, at: string, variable: string): string | undefined {
  const webhook = source.takeSecret(`${from}.webhookURL`, `${at}.webhook`, variable);
  if (webhook === undefined) source.drop(from, 'There is no webhookURL, so nothing can be sent here.');
  return webhook;
}
