import { z } from 'zod';
import { processNames, restartSettings } from './live/restart-settings.ts';
import { touches } from './live/setting-pattern.ts';
import { configSchema } from './schema.ts';
import { kindOf } from './setting.ts';
import { bare, keysOf } from './shape.ts';

const introduction = `# Configuration

<!-- Generated from config/schema.ts by \`npm run generate\`; changes made here are lost. -->

Waybill reads one YAML file: the one named with \`--config\`, otherwise \`waybill.yaml\` in the current folder. \`waybill config check\` tells everything that is wrong with it at once, \`waybill config print\` shows what is in force, and [waybill.schema.json](waybill.schema.json) makes editors complete and check it. A small file to begin with is [waybill-minimal.yaml](../examples/waybill-minimal.yaml), one that explains itself is [waybill.yaml](../examples/waybill.yaml). Whoever comes from the old Python program finds its settings in [configuration-old-program.md](configuration-old-program.md).

| Type | How it is written |
|---|---|
| duration | a number and a unit: \`500ms\`, \`30s\`, \`10m\`, \`2h\`, \`30d\`, \`1w\` |
| size | a number and a unit: \`500KB\`, \`64MB\`, \`2GB\` (1 KB = 1024 bytes) |
| path | a file or folder; a relative one is taken from the folder of the configuration file |
| path in dataFolder | a file or folder; a relative one is taken from \`dataFolder\` |
| secret | \`\${env:NAME}\` or \`\${file:PATH}\`, read each time it is used; the value itself, in quotes, works too, but then it stands in the file |

\`\${env:NAME}\` and \`\${file:PATH}\` work in every other value as well; there they are read when the file is. Running processes [take over](../how-to/change-settings.md) what changes in the file, but for settings that say they need a restart. A key that does not stand on this page is refused. \`<alias>\` is the name you give a site or a tenant, \`<stream>\` the name of a stream, \`<name>\` the one you give a destination.
`;

/** The reference page: every setting with type, unit, default and meaning, in the order of the schema. */
export function configReference(): string {
  const groups = Object.entries(keysOf(configSchema));
  const single = groups.filter(([, schema]) => !isGroup(schema)).map(([path, schema]) => ({ path, schema }));
  const sections = groups.filter(([, schema]) => isGroup(schema)).map(([key, schema]) => groupText(key, schema));
  return [introduction, '## General', '', table(single), '', ...sections].join('\n');
}

/** Every setting's path, with `<alias>` and `<stream>` for the names that people choose. */
export function settingPaths(): string[] {
  return Object.entries(keysOf(configSchema)).flatMap(([key, schema]) => leaves(key, schema).map(({ path }) => path));
}

/** One setting; `within` is the optional group around it, which makes a required setting required only with the group. */
interface Row {
  readonly path: string;
  readonly schema: z.ZodType;
  readonly within?: string;
}

function groupText(key: string, schema: z.ZodType): string {
  return `## ${key}\n\n${schema.meta()?.description ?? ''}\n\n${table(leaves(key, schema))}\n`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| \`${row.path}\` | ${typeText(row.schema)} | ${defaultText(row)} | ${cell(meaning(row.schema) + restartText(row.path))} |`,
  );
  return ['| Setting | Type | Default | Meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function isGroup(schema: z.ZodType): boolean {
  const inner = bare(schema);
  return inner instanceof z.ZodObject || (inner instanceof z.ZodRecord && isGroup(inner.valueType as z.ZodType));
}

function leaves(path: string, schema: z.ZodType, within?: string): Row[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodRecord && isGroup(inner)) {
    return leaves(`${path}.${nameIn(path)}`, inner.valueType as z.ZodType);
  }
  const own: Row[] = inner instanceof z.ZodObject ? [] : [{ path, schema, within }];
  const group = schema instanceof z.ZodOptional ? path : within;
  return [...own, ...Object.entries(keysOf(schema)).flatMap(([key, child]) => leaves(`${path}.${key}`, child, group))];
}

function nameIn(path: string): string {
  if (path.endsWith('streams')) return '<stream>';
  return path.startsWith('alerts.destinations') ? '<name>' : '<alias>';
}

function meaning(schema: z.ZodType): string {
  return schema.meta()?.description ?? '';
}

/** Which processes have to be started again for it; nothing where none has. */
function restartText(path: string): string {
  const needed = restartSettings.find(({ setting }) => touches(path.split('.'), setting));
  if (needed === undefined) return '';
  const { processes } = needed;
  if (processes.length === processNames.length) return ' Needs a restart.';
  return ` Needs a restart of ${processes.map((name) => `\`${name}\``).join(', ')}.`;
}

function typeText(schema: z.ZodType): string {
  const kind = kindOf(schema);
  if (kind !== undefined) return kind;
  const inner = bare(schema);
  if (inner instanceof z.ZodEnum) return inner.options.map((word) => `\`${String(word)}\``).join(', ');
  if (inner instanceof z.ZodArray) return `list of ${typeText(inner.element as z.ZodType)}`;
  if (inner instanceof z.ZodRecord) return `named ${typeText(inner.valueType as z.ZodType)}`;
  if (inner instanceof z.ZodNumber) return rangeText(inner);
  if (inner instanceof z.ZodUnion) return '`anyone`, or `users` and `groups`';
  if (inner instanceof z.ZodURL) return 'address';
  return inner instanceof z.ZodBoolean ? '`true`, `false`' : 'text';
}

function rangeText(schema: z.ZodNumber): string {
  const most = schema.maxValue ?? Number.MAX_SAFE_INTEGER;
  const range = most >= Number.MAX_SAFE_INTEGER ? `from ${schema.minValue}` : `${schema.minValue} to ${most}`;
  return `whole number, ${range}`;
}

function defaultText({ schema, within }: Row): string {
  if (schema instanceof z.ZodOptional) return 'not set';
  if (!(schema instanceof z.ZodPrefault))
    return within === undefined ? '**required**' : `**required** with \`${within}\``;
  const value: unknown = schema.def.defaultValue;
  if (value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return 'empty';
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return cell(`\`${text.replaceAll('\n', '↵')}\``);
}

function cell(text: string): string {
  return text
    .replaceAll('|', String.raw`\|`)
    .replaceAll('\n', ' ')
    .replaceAll(/<(?=\w)/g, '&lt;');
}
