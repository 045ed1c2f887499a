import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import { readSettings } from '../../gateway/settings.ts';
import { createProgram } from '../../starter/cli/program.ts';
import { codeBlocks, commandsNamed, pages } from './pages.ts';

/** What a part of a configuration is put into: every site and target that the pages speak of. */
const surroundings = {
  sites: Object.fromEntries(
    ['dev', 'test', 'prod'].map((alias) => [
      alias,
      { hosts: [`qlik-${alias}.company.com`], certificates: `certificates/${alias}` },
    ]),
  ),
  sources: { dev: {} },
  targets: { test: {}, prod: {} },
  mail: { host: 'smtp.company.com', from: 'waybill@company.com' },
  versioning: { bucket: 'company-qlik-versions' },
};

const blocks = pages().flatMap(codeBlocks);
const complete = blocks.filter(({ info }) => info === 'yaml waybill');
const parts = blocks.filter(({ info }) => info === 'yaml');
const gateways = blocks.filter(({ info }) => info === 'yaml gateway');
const placeOf = (block: { file: string; line: number }): string => `${block.file}:${block.line}`;

describe('the configurations in the documentation', () => {
  it('are there', () => {
    expect(complete.length).toBeGreaterThan(2);
    expect(parts.length).toBeGreaterThan(5);
    expect(
      blocks.filter(({ info }) => info.startsWith('yml') || /^yaml\b(?! waybill$| gateway$|$)/.test(info)),
    ).toEqual([]);
  });

  it.each(complete.map((block) => [placeOf(block), block] as const))('load: %s', (_, block) => {
    const config = configFromYaml(block.text, os.tmpdir(), {});

    const places = { ...config.sites, ...config.alerts.tenants };
    expect(Object.keys(places).length).toBeGreaterThan(Object.keys(config.alerts.tenants).length > 0 ? 0 : 1);
  });

  it.each(gateways.map((block) => [placeOf(block), block] as const))(
    'load as settings of a gateway: %s',
    (_, block) => {
      const env = { BROKER_PASSWORD: 'x', QLIK_WEBHOOK_SECRET: 'y' };
      const settings = readSettings(block.text.replaceAll('<tenant id>', 'tenant'), { folder: os.tmpdir(), env });

      expect(settings.tenants).toHaveLength(1);
    },
  );

  it.each(parts.map((block) => [placeOf(block), block] as const))('load as a part: %s', (_, block) => {
    const whole = joined(surroundings, parse(block.text) as object);

    const config = configFromYaml(stringify(whole), os.tmpdir(), {});

    expect(Object.keys(config.sites).length).toBeGreaterThan(1);
  });
});

describe('the commands in the documentation', () => {
  const named = pages().flatMap((page) => commandsNamed(page).map((words) => [words.join(' '), page.file] as const));
  const program = createProgram({});

  it('are there', () => {
    expect(named.length).toBeGreaterThan(20);
  });

  it.each([...new Map(named)])('exist: waybill %s (%s)', (words) => {
    const [command, next] = words.split(' ');
    const found = program.commands.find((one) => one.name() === command);

    expect(program.commands.map((one) => one.name())).toContain(command);
    if (found && found.commands.length > 0 && next) expect(found.commands.map((one) => one.name())).toContain(next);
  });
});

/** `part` put over `whole`, group by group. */
function joined(whole: object, part: object): object {
  const result: Record<string, unknown> = { ...whole };
  for (const [key, value] of Object.entries(part)) {
    const own = result[key];
    result[key] = isGroup(own) && isGroup(value) ? joined(own, value) : value;
  }
  return result;
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
