import type { QmcRequest } from './qmc.ts';

/** One subcommand: how it is written and what it asks of the control server. */
export interface QmcCommand {
  usage: string;
  description: string;
  options?: readonly (readonly [flags: string, text: string])[];
  request(positional: string[], options: Record<string, unknown>): QmcRequest;
}

const by = ['--by <user>', 'who does it, DIRECTORY\\id'] as const;

function integerOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** `name=value`, several of one name allowed; `name=` alone takes the property off. */
function propertiesOf(pairs: string): Record<string, string[]> {
  const properties: Record<string, string[]> = {};
  for (const pair of pairs.split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`write a property as name=value, not ${pair}`);
    const name = pair.slice(0, at);
    const value = pair.slice(at + 1);
    properties[name] = [...(properties[name] ?? []), ...(value === '' ? [] : [value])];
  }
  return properties;
}

/** All subcommands of `qmc`. */
export const qmcCommands: readonly QmcCommand[] = [
  {
    usage: 'create-user <user>',
    description: 'adds a user, DIRECTORY\\id',
    options: [
      ['--name <name>', 'full name'],
      ['--email <address>', 'mail address'],
      ['--role <role>', 'QMC role, e.g. RootAdmin'],
    ],
    request([user = ''], { name, email, role }) {
      const at = user.indexOf('\\');
      const roles = typeof role === 'string' ? [role] : undefined;
      return { action: 'createUser', directory: user.slice(0, at), id: user.slice(at + 1), name, email, roles };
    },
  },
  {
    usage: 'create-stream <name>',
    description: 'adds a stream',
    request: ([name]) => ({ action: 'createStream', name }),
  },
  { usage: 'create-tag <name>', description: 'adds a tag', request: ([name]) => ({ action: 'createTag', name }) },
  {
    usage: 'create-property <name> [choices]',
    description: 'adds a custom property for apps; choices parted by commas',
    request: ([name, choices]) => ({
      action: 'createProperty',
      name,
      choiceValues: choices === undefined || choices === 'undefined' ? [] : choices.split(','),
    }),
  },
  {
    usage: 'create-app <name>',
    description: 'adds an app',
    options: [
      ['--owner <user>', 'DIRECTORY\\id'],
      ['--stream <stream>', 'publish it there at once'],
      ['--data-bytes <bytes>', 'size of its data'],
    ],
    request: ([name], { owner, stream, dataBytes }) => ({
      action: 'createApp',
      name,
      owner,
      stream,
      dataSizeBytes: integerOf(dataBytes),
    }),
  },
  {
    usage: 'publish <app> <stream>',
    description: 'publishes an app (id or name)',
    options: [by],
    request: ([app, stream], options) => ({ action: 'publish', app, stream, by: options['by'] }),
  },
  {
    usage: 'set-property <app> <pairs>',
    description: "sets custom properties: 'Promote to=prod/Sales,Approval=Approve'; 'Approval=' takes it off",
    options: [by],
    request: ([app, pairs = ''], options) => ({
      action: 'setProperties',
      app,
      by: options['by'],
      properties: propertiesOf(pairs),
    }),
  },
  {
    usage: 'tag <app> <names>',
    description: 'gives the app these tags and no others; parted by commas',
    options: [by],
    request: ([app, names = ''], options) => ({
      action: 'tag',
      app,
      by: options['by'],
      names: names.split(',').filter((name) => name !== ''),
    }),
  },
  {
    usage: 'edit <app>',
    description: 'changes the content of an app; without options the title of its first sheet',
    options: [
      by,
      ['--title <title>', 'title for the first sheet'],
      ['--script <text>', 'load script'],
      ['--add-sheet <title>', 'adds a sheet'],
    ],
    request: ([app], options) => ({ action: 'edit', app, ...options }),
  },
  {
    usage: 'reload <app>',
    description: 'reloads an app',
    options: [by, ['--fails', 'the reload fails']],
    request: ([app], options) => ({ action: 'reload', app, ...options }),
  },
  {
    usage: 'rename <app> <name>',
    description: 'gives an app another name',
    options: [by],
    request: ([app, name], options) => ({ action: 'rename', app, name, ...options }),
  },
  {
    usage: 'delete <app>',
    description: 'deletes an app',
    options: [by],
    request: ([app], options) => ({ action: 'delete', app, ...options }),
  },
  {
    usage: 'restart',
    description: 'restarts the repository: subscriptions are lost',
    options: [['--down-ms <ms>', 'how long it is down']],
    request: (_, { downMs }) => ({ action: 'restart', downMs: integerOf(downMs) }),
  },
  {
    usage: 'fault <rule>',
    description: 'adds a fault, as JSON: {"effect":{"type":"reset"},"method":"POST","path":"upload"}',
    request: ([rule = '']) => ({ action: 'addFault', rule: JSON.parse(rule) as unknown }),
  },
  { usage: 'clear-faults', description: 'takes all faults out', request: () => ({ action: 'clearFaults' }) },
  {
    usage: 'act <json>',
    description: 'any other action, as JSON',
    request: ([json = '']) => JSON.parse(json) as QmcRequest,
  },
  { usage: 'state', description: 'shows apps, subscriptions, switches and faults', request: () => ({ look: 'state' }) },
  { usage: 'events', description: 'shows what happened on the site', request: () => ({ look: 'events' }) },
  { usage: 'requests', description: 'shows the requests and their counts', request: () => ({ look: 'requests' }) },
];
