import { z } from 'zod';
import type { FaultRule } from './faults.ts';
import type { QrsSite } from './site.ts';

const app = z.string().min(1);
const by = z.string().optional();
const bytes = z.number().int().nonnegative();

const effect = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('status'),
    status: z.number().int(),
    text: z.string().optional(),
    json: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('html'), status: z.number().int().optional() }),
  z.strictObject({ type: z.literal('too-many'), retryAfterSeconds: z.number() }),
  z.strictObject({ type: z.literal('delay'), delayMs: z.number() }),
  z.strictObject({ type: z.literal('slow'), bytesPerSecond: z.number().positive() }),
  z.strictObject({ type: z.enum(['truncate', 'short']), afterBytes: bytes }),
  z.strictObject({ type: z.enum(['hang', 'reset', 'reply-lost', 'not-done']) }),
  z.strictObject({ type: z.literal('close-port'), forMs: z.number() }),
  z.strictObject({ type: z.literal('restart'), downMs: z.number() }),
]);

const faultRule = z.strictObject({
  effect,
  method: z.string().optional(),
  path: z.string().optional(),
  nth: z.number().int().positive().optional(),
  every: z.number().int().positive().optional(),
  times: z.number().int().nonnegative().optional(),
  when: z.enum(['before', 'after']).optional(),
  afterRequestBytes: bytes.optional(),
});

const newUser = {
  directory: z.string().min(1),
  id: z.string().min(1),
  name: z.string().optional(),
  email: z.string().optional(),
  roles: z.array(z.string()).optional(),
  inactive: z.boolean().optional(),
};

const newApp = {
  name: z.string().min(1),
  owner: z.string(),
  description: z.string().optional(),
  sheets: z.number().int().optional(),
  measures: z.number().int().optional(),
  dimensions: z.number().int().optional(),
  dataSizeBytes: bytes.optional(),
  script: z.string().optional(),
};

const edit = {
  title: z.string().optional(),
  objectId: z.string().optional(),
  addSheet: z.string().optional(),
  community: z.boolean().optional(),
  removeObject: z.string().optional(),
  script: z.string().optional(),
};

interface Action {
  schema: z.ZodType;
  run(site: QrsSite, body: unknown): unknown;
}

function action<Shape extends z.ZodRawShape>(
  shape: Shape,
  run: (site: QrsSite, input: z.infer<z.ZodObject<Shape>>) => unknown,
): Action {
  const schema = z.strictObject(shape);
  return { schema, run: (site, body) => run(site, schema.parse(body) as z.infer<z.ZodObject<Shape>>) };
}

/** What can be done on a site, by the name of the action; each entry lists what its JSON holds. */
export const controlActions: Readonly<Record<string, Action>> = {
  createUser: action(newUser, (site, user) => site.actAs.createUser(user)),
  createStream: action({ name: z.string(), by }, (site, input) => site.actAs.createStream(input.name, input.by)),
  createTag: action({ name: z.string(), by }, (site, input) => site.actAs.createTag(input.name, input.by)),
  createProperty: action(
    { name: z.string(), choiceValues: z.array(z.string()).optional(), objectTypes: z.array(z.string()).optional() },
    (site, input) => site.actAs.createProperty(input.name, input.choiceValues, input.objectTypes),
  ),
  createApp: action({ ...newApp, stream: z.string().optional() }, (site, { stream, ...wanted }) => {
    const id = site.actAs.createApp(wanted);
    if (stream !== undefined) site.actAs.publish(id, stream);
    return id;
  }),
  createTask: action({ app, name: z.string() }, (site, input) =>
    site.actAs.createTask(appId(site, input.app), input.name),
  ),
  publish: action({ app, stream: z.string(), by, name: z.string().optional() }, (site, input) =>
    site.actAs.publish(appId(site, input.app), input.stream, input),
  ),
  setProperties: action({ app, by: z.string(), properties: z.record(z.string(), z.array(z.string())) }, (site, input) =>
    site.actAs.setProperties(appId(site, input.app), input.by, input.properties),
  ),
  tag: action({ app, by: z.string(), names: z.array(z.string()) }, (site, input) =>
    site.actAs.setTags(appId(site, input.app), input.by, input.names),
  ),
  rename: action({ app, name: z.string(), by }, (site, input) =>
    site.actAs.rename(appId(site, input.app), input.name, input.by),
  ),
  describe: action({ app, description: z.string(), by }, (site, input) =>
    site.actAs.describe(appId(site, input.app), input.description, input.by),
  ),
  changeOwner: action({ app, owner: z.string(), by }, (site, input) =>
    site.actAs.changeOwner(appId(site, input.app), input.owner, input.by),
  ),
  edit: action({ app, by, ...edit }, (site, { app: named, by: user, ...change }) =>
    site.actAs.edit(appId(site, named), change, user),
  ),
  reload: action(
    { app, by, newData: z.boolean().optional(), dataSizeBytes: bytes.optional(), fails: z.boolean().optional() },
    (site, { app: named, ...options }) => site.actAs.reload(appId(site, named), options),
  ),
  copy: action({ app, by: z.string(), name: z.string().optional() }, (site, input) =>
    site.actAs.copy(appId(site, input.app), input.by, input.name),
  ),
  delete: action({ app, by }, (site, input) => site.actAs.deleteApp(appId(site, input.app), input.by)),
  restart: action({ downMs: z.number().optional() }, (site, input) => site.restartRepository(input.downMs)),
  goDown: action({}, (site) => site.goDown()),
  comeUp: action({}, (site) => site.comeUp()),
  clockSkew: action({ ms: z.number() }, (site, input) => site.setClockSkew(input.ms)),
  switches: action({ set: z.record(z.string(), z.unknown()) }, (site, { set }) => assignKnown(site.switches, set)),
  deliveryFaults: action({ set: z.record(z.string(), z.unknown()) }, (site, { set }) =>
    assignKnown(site.deliveryFaults, set),
  ),
  addFault: action({ rule: faultRule }, (site, { rule }) => site.faults.add(rule as FaultRule)),
  clearFaults: action({ id: z.string().optional() }, (site, input) => site.faults.clear(input.id)),
  clearRequests: action({}, (site) => site.requestLog.clear()),
};

/** The id of the app with that id, or with that name when only one has it. */
function appId(site: QrsSite, idOrName: string): string {
  const byId = site.app(idOrName);
  if (byId !== undefined) return byId.id;
  const named = site.apps().filter((candidate) => candidate.name === idOrName);
  if (named.length === 1 && named[0] !== undefined) return named[0].id;
  throw new Error(`${named.length} apps named '${idOrName}' on site ${site.alias}`);
}

/** Sets what the object already has, with values of the same type. */
function assignKnown(target: object, values: Record<string, unknown>): void {
  const known = target as Record<string, unknown>;
  for (const [name, value] of Object.entries(values)) {
    if (typeof known[name] !== typeof value) throw new Error(`no setting ${name} of that type`);
  }
  Object.assign(target, values);
}
