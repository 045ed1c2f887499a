import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../config/json-schema.ts';
import { configFromYaml, loadConfig } from '../../config/load.ts';
import { effectiveSettings, printConfig } from '../../config/print.ts';
import { configReference, settingPaths } from '../../config/reference.ts';
import { configSchema } from '../../config/schema.ts';
import { bare, keysOf } from '../../config/shape.ts';
import { smallest, temporaryFolder } from './write-config.ts';

const docs = path.resolve(import.meta.dirname, '..', '..', 'docs');
const examples = ['waybill.yaml', 'waybill-minimal.yaml'];
const exampleFile = (name: string): string => path.join(docs, 'examples', name);

describe('the examples', () => {
  it.each(examples)('load: %s', async (name) => {
    const config = await loadConfig(exampleFile(name), {});

    expect(Object.keys(config.sites)).toContain('dev');
  });

  it.each(examples)('satisfy the JSON Schema: %s', (name) => {
    const validate = new Ajv({ allowUnionTypes: true, formats: { uri: true } }).compile(configJsonSchema());

    expect(validate(parse(readFileSync(exampleFile(name), 'utf8'))), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe('the JSON Schema', () => {
  const validate = new Ajv({ allowUnionTypes: true, formats: { uri: true } }).compile(configJsonSchema());

  it('accepts placeholders for single values and groups without a value', () => {
    expect(validate(parse(`${smallest}listener: { port: "\${env:P}" }\nmail:\n`))).toBe(true);
  });

  it.each(['listener: { port: x }', 'lisener: {}', 'targets: { test: { data: cary } }'])('refuses %s', (text) => {
    expect(validate({ ...(parse(smallest) as object), ...(parse(text) as object) })).toBe(false);
  });
});

describe('the reference', () => {
  it('has a meaning for every setting', () => {
    const check = (schema: Parameters<typeof keysOf>[0], name: string): void => {
      for (const [key, child] of Object.entries(keysOf(schema))) {
        expect(child.meta()?.description, `${name}.${key}`).toMatch(/^.{8,}\.$/s);
        const inner = bare(child) as { valueType?: typeof child };
        check(inner.valueType ?? child, `${name}.${key}`);
      }
    };

    check(configSchema, 'config');
    expect(settingPaths().length).toBeGreaterThan(150);
  });

  it('gives type, unit and default of a setting', () => {
    const page = configReference();

    expect(page).toContain('| `sources.<alias>.overlap` | duration | `10m` |');
    expect(page).toContain('| `sites.<alias>.hosts` | list of text | **required** |');
    expect(page).toContain('| `mail.login.password` | secret | **required** with `mail.login` |');
    expect(page).not.toMatch(/undefined|\[object/);
  });

  it('knows every setting that the page about the old program names', () => {
    const page = readFileSync(path.join(docs, 'reference', 'configuration-old-program.md'), 'utf8');
    const named = [...page.matchAll(/`((?:sites|sources|targets|mail|listener|versioning|logging)\.[^`]+)`/g)]
      .map((match) => match[1]!)
      .filter((name) => !/^logging\..*_/.test(name));

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !settingPaths().includes(name))).toEqual([]);
  });
});

describe('the printed configuration', () => {
  it('loads again as the same configuration', async () => {
    const config = await loadConfig(exampleFile('waybill.yaml'), {});

    const again = configFromYaml(printConfig(config), temporaryFolder(), {});

    expect(effectiveSettings(again)).toEqual(effectiveSettings(config));
    expect(effectiveSettings(config)).toMatchObject({
      sources: { dev: { sweep: '5m' } },
      listener: { maxBody: '1MB' },
    });
  });

  it('shows where a secret comes from, and masks one that stands in the file', () => {
    const login = (password: string) => `${smallest}mail: { login: { user: u, password: "${password}" } }\n`;

    expect(printConfig(configFromYaml(login('${env:PW}'), '.', { PW: 'canary' }))).toContain('password: ${env:PW}');
    expect(printConfig(configFromYaml(login('canary'), '.', {}))).toContain('password: "********"');
  });
});
