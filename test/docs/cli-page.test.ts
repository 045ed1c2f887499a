import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../starter/cli/program.ts';

const page = readFileSync(
  path.resolve(import.meta.dirname, '..', '..', 'docs', 'reference', 'cli.md'),
  'utf8',
).replaceAll('\r\n', '\n');

const commands = createProgram({}).commands.map((command) => [command.name(), command] as const);

describe('the page of commands', () => {
  it.each(commands)('describes %s with every option', (name, command) => {
    const text = sectionOf(name);
    const missing = optionsOf(command).filter((flag) => !text.includes(`\`${flag}`) && !everywhere.includes(flag));

    expect(missing).toEqual([]);
  });

  it('names no option that no command has', () => {
    const known = new Set([...everywhere, ...commands.flatMap(([, command]) => optionsOf(command))]);
    const named = [...page.matchAll(/`(--[a-z0-9-]+)/g)].map((match) => match[1] ?? '');

    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('has a section for nothing else', () => {
    const names = new Set(commands.map(([name]) => name));
    const titled = [...page.matchAll(/^## (.+)$/gm)]
      .flatMap((match) => (match[1] ?? '').split(', '))
      .filter((title) => title !== 'For all commands');

    expect(titled.filter((title) => !names.has(title))).toEqual([]);
  });
});

/** Said once on the page, for all commands. */
const everywhere = ['--config', '--debug', '--help', '--version'];

/** The section of a command; what it takes over from another's is part of it. */
function sectionOf(name: string): string {
  const sections = page.split(/^## /m);
  const own = sections.find((section) => (section.split('\n')[0] ?? '').split(', ').includes(name)) ?? '';
  const [, other] = /Options as `(\w+)`/.exec(own) ?? [];
  return other ? own + sectionOf(other) : own;
}

/** The long flags of a command and of those below it. */
function optionsOf(command: Command): string[] {
  const own = command.options.map((option) => (option.negate ? option.flags : (option.long ?? '')));
  return [...own, ...command.commands.flatMap((below) => optionsOf(below))];
}
