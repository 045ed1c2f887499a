import { z } from 'zod';
import { port } from '../setting.ts';
import { isSample } from './butler-values.ts';
import type { ImportBook } from './import-book.ts';
import { flag, type Settings, settled, text } from './import-values.ts';

const forward = 'Butler.mqttConfig.qlikSenseCloud.event.mqttForward';
const grid = 'Butler.mqttConfig.azureEventGrid';
const at = 'alerts.broker';

const switches = ['Butler.mqttConfig.enable', `${forward}.enable`, 'Butler.qlikSenseCloud.enable'];

/** Whether Butler takes events of Qlik Cloud at all. Where it does not, no destination is switched on. */
export function takesEvents(source: ImportBook): boolean {
  const on = switches.map((key) => {
    const isOn = source.take(key, 'alerts.destinations', flag) ?? false;
    if (!isOn)
      source.look(
        key,
        'This is off, so Butler alerts nobody: every destination is switched off here as well.',
        'alerts.destinations',
      );
    return isOn;
  });
  return on.every(Boolean);
}

/** The broker that brings events of Qlik Cloud; undefined where Butler has only an example. */
export function brokerOf(source: ImportBook): Settings | undefined {
  const url = urlOf(source);
  if (url === undefined) {
    source.look(
      `${forward}.broker`,
      'No broker was carried over: until one stands under alerts.broker, Qlik Cloud is asked every 15 minutes.',
      'alerts',
    );
    for (const key of [
      'broker.port',
      'broker.username',
      'broker.password',
      'topic.subscriptionRoot',
      'topic.appReload',
    ])
      source.drop(`${forward}.${key}`, 'There is no broker to use it with.');
    dropGrid(source, 'There is no broker to use it with.');
    return undefined;
  }
  source.change(
    `${forward}.broker`,
    'Butler misses what comes while it is down. Waybill has a lasting session at QoS 1: the broker keeps it, if the gateway publishes at QoS 1 too.',
  );
  const signIn = gridSignIn(source);
  return settled({ url, login: signIn?.login ?? loginOf(source), ...signIn, topic: topicOf(source) });
}

function urlOf(source: ImportBook): string | undefined {
  const host = source.read(`${forward}.broker.host`, text);
  if (host === undefined) return undefined;
  if (isSample(host)) return source.drop(`${forward}.broker.host`, "This is the example of Butler's template.");
  const number = source.take(`${forward}.broker.port`, `${at}.url`, port()) ?? 8883;
  const address = `mqtts://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${number}`;
  const isAddress = /^[\w.:[\]-]+$/.test(host) && z.url({ protocol: /^mqtts$/ }).safeParse(address).success;
  if (!isAddress) return source.drop(`${forward}.broker.host`, 'This is not the name of a host.');
  source.carry(`${forward}.broker.host`, `${at}.url`);
  return address;
}

function loginOf(source: ImportBook): Settings | undefined {
  const user = source.read(`${forward}.broker.username`, text);
  if (user === undefined || isSample(user)) {
    source.drop(`${forward}.broker.username`, "This is the example of Butler's template; no account is used.");
    return source.drop(`${forward}.broker.password`, 'There is no account to use it with.');
  }
  source.carry(`${forward}.broker.username`, `${at}.login.user`);
  const password = source.takeSecret(`${forward}.broker.password`, `${at}.login.password`, 'BROKER_PASSWORD');
  return settled({ user, password });
}

/** The topics that events of reloads come on, as Butler picks them out of all that it subscribes to. */
function topicOf(source: ImportBook): string | undefined {
  const rootKey = `${forward}.topic.subscriptionRoot`;
  const reloadKey = `${forward}.topic.appReload`;
  const root = source.read(rootKey, text);
  const reload = source.read(reloadKey, text)?.replace(/\/+$/, '');
  if (reload === undefined || /[+#]/.test(reload)) {
    if (reload !== undefined) source.drop(reloadKey, 'Butler compares it letter by letter, so + and # match nothing.');
    if (root !== undefined) source.carry(rootKey, `${at}.topic`);
    if (root !== undefined)
      source.look(rootKey, 'Waybill listens to all of this; name the topics of reloads alone.', `${at}.topic`);
    return root;
  }
  source.carry(reloadKey, `${at}.topic`);
  if (root !== undefined && !isWithin(root, `${reload}/x`))
    source.look(
      rootKey,
      'Butler does not subscribe to the topics that it looks for in appReload. Which are right?',
      `${at}.topic`,
    );
  source.drop(rootKey, 'Waybill subscribes to the topics of reloads only.');
  return `${reload}/#`;
}

/** Whether a subscription brings what is published to a topic. */
function isWithin(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const end = wanted.indexOf('#');
  const fits = (end < 0 ? wanted : wanted.slice(0, end)).every(
    (level, index) => level === '+' || level === levels[index],
  );
  return fits && (end >= 0 || wanted.length === levels.length);
}

/** Butler signs in with a certificate at its client-managed broker only; for events of Qlik Cloud it cannot. */
function gridSignIn(source: ImportBook): Settings | undefined {
  const isOn = source.read(`${grid}.enable`, flag) ?? false;
  const other = source.read('Butler.mqttConfig.brokerHost', text);
  if (!isOn) return dropGrid(source, 'It is switched off.');
  if (other !== source.read(`${forward}.broker.host`, text)) {
    source.look(
      `${grid}.enable`,
      'Butler uses it for its client-managed broker only. Does this broker want a certificate? Then set client, login.user and sessionExpiry: 8h.',
      at,
    );
    return dropGrid(source, 'It belongs to another broker than that of Qlik Cloud.');
  }
  const [user, certificate, key] = ['clientId', 'clientCertFile', 'clientKeyFile'].map((name) =>
    source.read(`${grid}.${name}`, text),
  );
  if (user === undefined || certificate === undefined || key === undefined)
    return dropGrid(source, 'It is not complete.');
  source.carry(`${grid}.enable`, `${at}.client`);
  source.carry(`${grid}.clientId`, `${at}.login.user`);
  source.carry(`${grid}.clientCertFile`, `${at}.client.certificate`);
  source.carry(`${grid}.clientKeyFile`, `${at}.client.key`);
  source.look(
    `${grid}.clientId`,
    "Set here as the authentication name. clientId stays one of Waybill's own, as Butler may be connected too.",
    `${at}.login`,
  );
  source.look(
    `${grid}.clientCertFile`,
    'Butler takes a relative path from its program, Waybill from the folder of this file.',
    `${at}.client`,
  );
  for (const name of ['username', 'password'])
    source.drop(`${forward}.broker.${name}`, 'Event Grid knows the client by its certificate.');
  return { login: { user }, client: { certificate, key }, sessionExpiry: '8h' };
}

function dropGrid(source: ImportBook, why: string): undefined {
  for (const name of ['enable', 'clientId', 'clientCertFile', 'clientKeyFile']) source.drop(`${grid}.${name}`, why);
  return undefined;
}
