/**
 * `npm run bench [-- <scenario> …] [-- --json]`: each bar is a ratio within one run, in real processes on this machine,
 * under the load it has; settings and tolerance are printed with it.
 */
import os from 'node:os';
import { alerts } from './alerts.ts';
import { batch } from './batch.ts';
import { consolePages } from './console.ts';
import { gateway } from './gateway.ts';
import { type Figure, linesOf, type Report, verdictOf } from './figure.ts';
import { hundredMb, oneGb } from './transfer.ts';
import { listener } from './listener.ts';
import { memory } from './memory.ts';
import { rest } from './rest.ts';
import { small } from './small.ts';
import { waits } from './waits.ts';

const scenarios: Readonly<Record<string, () => Promise<Report>>> = {
  small,
  '100mb': hundredMb,
  '1gb': oneGb,
  memory,
  batch,
  rest,
  waits,
  listener,
  gateway,
  alerts,
  console: consolePages,
};

const words = process.argv.slice(2);
const asJson = words.includes('--json');
const asked = words.filter((word) => !word.startsWith('-'));
const names = asked.length > 0 ? asked : Object.keys(scenarios);
const unknown = names.find((name) => !(name in scenarios));
if (unknown) {
  process.stderr.write(`There is no scenario ${unknown}; there are ${Object.keys(scenarios).join(', ')}.\n`);
  process.exit(2);
}

const machine = {
  dateUtc: new Date().toISOString(),
  platform: `${os.type()} ${os.release()}`,
  cores: os.cpus().length,
  processor: os.cpus()[0]?.model.trim() ?? '',
  memoryGb: Math.round(os.totalmem() / 1e9),
  node: process.version,
};
const say = (line: string): void => void (asJson ? process.stderr : process.stdout).write(`${line}\n`);
say(Object.values(machine).join(', '));
const reports: Report[] = [];
for (const name of names) {
  const report = await scenarios[name]?.();
  if (!report) continue;
  reports.push(report);
  for (const line of linesOf(report)) say(line);
}
if (asJson) process.stdout.write(`${JSON.stringify({ machine, reports }, undefined, 1)}\n`);
const missed = reports.flatMap(({ figures }) => figures).filter((one: Figure) => verdictOf(one).startsWith('MISSED'));
process.exitCode = missed.length > 0 ? 1 : 0;
