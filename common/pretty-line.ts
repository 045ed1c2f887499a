import { Writable } from 'node:stream';
import pc from 'picocolors';
import { plainLines, plainText } from './plain-text.ts';

const levels: Readonly<Record<string, string>> = {
  trace: pc.dim('TRACE'),
  debug: pc.dim('DEBUG'),
  info: pc.green('INFO '),
  warn: pc.yellow('WARN '),
  error: pc.red('ERROR'),
  fatal: pc.red('FATAL'),
};

type Line = Readonly<Record<string, unknown>>;

/** One log line as people read it: time, level, sentence, facts; an error below it. Anything but JSON stays as it is. */
export function prettyLine(json: string): string {
  const line = parse(json);
  if (line === undefined) return json;
  const { time, level, msg, err, ...facts } = line;
  const details = Object.entries(facts).map(([name, value]) => pc.dim(`${name}=${factText(value)}`));
  const head = [pc.dim(clock(time)), levels[String(level)] ?? String(level), text(msg), ...details];
  return `${head.join(' ')}\n${err === undefined ? '' : errorText(err as Line)}`;
}

/** A stream that passes on to another what it made pretty. */
export function prettyStream(output: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      output.write(prettyLine(chunk));
      done();
    },
  });
}

function parse(json: string): Line | undefined {
  try {
    return JSON.parse(json) as Line;
  } catch {
    return undefined;
  }
}

function clock(time: unknown): string {
  const date = new Date(typeof time === 'number' || typeof time === 'string' ? time : 0);
  const two = (part: number): string => String(part).padStart(2, '0');
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** Whatever a site or a person called something must not steer the terminal. */
function text(value: unknown): string {
  return typeof value === 'string' ? plainLines(value) : '';
}

function factText(value: unknown): string {
  const isWord = typeof value === 'string' && /^[^\s"]+$/.test(value) && plainText(value) === value;
  return isWord ? value : plainText(JSON.stringify(value) ?? '');
}

function stackText(stack: unknown): string {
  return text(stack).split('\n').slice(1).join('\n');
}

function errorText(error: Line): string {
  const remedy = error['remedy'] === undefined ? '' : `\n      ${pc.bold('What to do:')} ${text(error['remedy'])}`;
  const code = error['code'] === undefined ? '' : ` ${text(error['code'])}`;
  const cause = error['cause'] as Line | undefined;
  const below = typeof cause === 'object' && cause !== null ? errorText(cause) : '';
  const stack = error['remedy'] === undefined ? stackText(error['stack']) : '';
  return `      ${pc.red(text(error['type']))}${code}: ${text(error['message'])}${remedy}\n${stack && `${stack}\n`}${below}`;
}
