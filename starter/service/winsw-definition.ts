import { entities } from '../../common/entities.ts';
import { type ServiceFacts, unusable } from './service-facts.ts';

/** The line that tells a definition of ours from any other. */
export const XML_MARKER = '<!-- Made by `waybill service install`; `waybill service uninstall` removes it. -->';

const LOCAL_SERVICE = 'NT AUTHORITY\\LocalService';

/**
 * The definition of a Windows service for WinSW (its page "XML configuration file"). At a stop WinSW sends Ctrl-C and
 * waits; the parent is asked first, for it ends its Temporal server itself once it has drained. An account with a
 * password cannot be written here: the password would stand in the file. Without an account the service runs as
 * LocalService; a group managed account ends with `$`.
 * @throws WAYBILL_SERVICE_VALUE_UNUSABLE
 */
export function winswDefinition(facts: ServiceFacts): string {
  const { name, description, program, workingFolder, logFolder, stopSeconds } = facts;
  for (const value of [program, ...facts.arguments, workingFolder, logFolder]) {
    if (/%[^%]+%/.test(value)) throw unusable(value, 'WinSW takes text between two % for the name of a variable');
  }
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    XML_MARKER,
    '<service>',
    `  <id>${escaped(name)}</id>`,
    `  <name>${escaped(name)}</name>`,
    `  <description>${escaped(description)}</description>`,
    `  <executable>${escaped(program)}</executable>`,
    ...facts.arguments.map((word) => `  <argument>${escaped(word)}</argument>`),
    `  <workingdirectory>${escaped(workingFolder)}</workingdirectory>`,
    ...accountLines(facts.account ?? LOCAL_SERVICE),
    '  <startmode>Automatic</startmode>',
    '  <delayedAutoStart>true</delayedAutoStart>',
    `  <stoptimeout>${stopSeconds} sec</stoptimeout>`,
    '  <stopparentprocessfirst>true</stopparentprocessfirst>',
    '  <onfailure action="restart" delay="10 sec"/>',
    '  <onfailure action="restart" delay="60 sec"/>',
    '  <resetfailure>1 hour</resetfailure>',
    `  <logpath>${escaped(logFolder)}</logpath>`,
    '  <log mode="roll-by-size">',
    '    <sizeThreshold>10240</sizeThreshold>',
    '    <keepFiles>8</keepFiles>',
    '  </log>',
    '</service>',
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether this account needs a password, which only the administrator enters. */
export function needsPassword(account: string | undefined): boolean {
  return account !== undefined && !account.endsWith('$') && !isBuiltIn(account);
}

function isBuiltIn(account: string): boolean {
  return /^(NT AUTHORITY\\(LocalService|NetworkService)|LocalSystem)$/i.test(account);
}

function accountLines(account: string): string[] {
  if (needsPassword(account)) return accountLines(LOCAL_SERVICE);
  const [user = '', domain] = account.split('\\').toReversed();
  return [
    '  <serviceaccount>',
    ...(domain === undefined ? [] : [`    <domain>${escaped(domain)}</domain>`]),
    `    <user>${escaped(user)}</user>`,
    ...(isBuiltIn(account) ? [] : ['    <allowservicelogon>true</allowservicelogon>']),
    '  </serviceaccount>',
  ];
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
