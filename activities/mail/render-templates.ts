import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Handlebars from 'handlebars';

/** The three texts of a mail. Subjects and plain text are not escaped, HTML is. */
export type MailPart = 'subject' | 'text' | 'html';

/** Pieces that the templates of a part share; a user may replace each by a file `<name>.<part>.hbs`. */
export const sharedPieces = {
  subject: [],
  text: ['layout', 'row', 'note', 'targets', 'outcomes', 'changes', 'decide'],
  html: [
    'layout',
    'heading',
    'subheading',
    'paragraph',
    'facts',
    'row',
    'button',
    'link',
    'note',
    'targets',
    'outcomes',
    'changes',
    'decide',
  ],
} as const satisfies Record<MailPart, readonly string[]>;

/** The sources of one part of one mail: its own template and the shared pieces, by name. */
export interface TemplateSet {
  readonly template: string;
  readonly pieces: Readonly<Record<string, string>>;
}

const builtInFolder = path.join(import.meta.dirname, 'templates');
const builtInSources = new Map<string, string>();
const builtInSets = new Map<string, TemplateSet>();

/** The templates that come with Waybill; the same set for the same part of the same mail. */
export function builtInSet(kind: string, part: MailPart): TemplateSet {
  const name = `${kind}.${part}`;
  const known = builtInSets.get(name);
  if (known !== undefined) return known;
  const set = { template: builtIn(`${name}.hbs`), pieces: builtInPieces(part) };
  builtInSets.set(name, set);
  return set;
}

/** The shared pieces that come with Waybill, by name. */
export function builtInPieces(part: MailPart): Record<string, string> {
  return Object.fromEntries(sharedPieces[part].map((piece) => [piece, builtIn(`${piece}.${part}.hbs`)]));
}

/** What a user's folder replaces of one part of one mail, and the files there that could not be read. */
export interface UserSet {
  readonly template?: string;
  readonly pieces: Readonly<Record<string, string>>;
  readonly unreadable: readonly string[];
}

/** Reads a user's templates anew at each call, so that a change counts from the next mail on. Never throws. */
export async function readUserSet(folder: string, kind: string, part: MailPart): Promise<UserSet> {
  const names = [kind, ...sharedPieces[part]];
  const read = await Promise.all(names.map((name) => readIfThere(path.join(folder, `${name}.${part}.hbs`))));
  const texts = names.map((name, index) => [name, read[index]?.text] as const);
  return {
    template: texts[0]?.[1],
    pieces: Object.fromEntries(texts.slice(1).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))),
    unreadable: read.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
}

/**
 * Fills a template. Strict: a place that the view does not have is an error, so that a misspelt name is noticed.
 * @throws whatever Handlebars finds wrong with a template
 */
export function renderSet(set: TemplateSet, part: MailPart, view: object): string {
  const fill = compiledSets.get(set) ?? compileSet(set, part);
  return tidy(fill(view), part);
}

/** Compiling costs many times what filling does; a set that is kept is compiled once. */
const compiledSets = new WeakMap<TemplateSet, HandlebarsTemplateDelegate>();

function compileSet(set: TemplateSet, part: MailPart): HandlebarsTemplateDelegate {
  const handlebars = Handlebars.create();
  handlebars.registerHelper({ lines: part === 'html' ? linesAsHtml : linesAsText, indent: indentLines });
  handlebars.registerPartial({ ...set.pieces });
  const fill = handlebars.compile(set.template, { strict: true, noEscape: part !== 'html' });
  compiledSets.set(set, fill);
  return fill;
}

function builtIn(fileName: string): string {
  const known = builtInSources.get(fileName);
  if (known !== undefined) return known;
  const source = readFileSync(path.join(builtInFolder, fileName), 'utf8').replaceAll('\r\n', '\n');
  builtInSources.set(fileName, source);
  return source;
}

async function readIfThere(file: string): Promise<{ text?: string; problem?: string }> {
  try {
    return { text: (await readFile(file, 'utf8')).replace(/^\ufeff/, '').replaceAll('\r\n', '\n') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    return { problem: `${file}: ${(error as Error).message}` };
  }
}

function linesAsHtml(text: unknown): Handlebars.SafeString {
  return new Handlebars.SafeString(Handlebars.escapeExpression(asText(text)).replaceAll('\n', '<br>'));
}

function linesAsText(text: unknown): string {
  return asText(text);
}

function indentLines(text: unknown): string {
  return asText(text)
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Text loses blank runs and trailing spaces, all but the one of the signature mark `-- `. */
function tidy(text: string, part: MailPart): string {
  if (part !== 'text') return text.trim();
  const lines = text.replaceAll(/(?<!^--)[ \t]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n');
  return `${lines.trim()}\n`;
}
