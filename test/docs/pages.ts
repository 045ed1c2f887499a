import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');

/** One page of the documentation, by its path from the root of the repository, with forward slashes. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** All that stands behind the fence: `yaml`, `yaml waybill`. */
  readonly info: string;
  readonly text: string;
}

/** Every page that people read: those at the root, and all under docs. */
export function pages(): Page[] {
  const files = ['.', ...folders('docs')].flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => path.posix.join(folder, entry.name)),
  );
  return files.map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8').replaceAll('\r\n', '\n') }));
}

function folders(folder: string): string[] {
  const inside = readdirSync(path.join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap((entry) => folders(path.posix.join(folder, entry.name)))];
}

/** The fenced code blocks of a page. */
export function codeBlocks({ file, text }: Page): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence && open) {
      blocks.push({ file, line: open.line, info: open.info, text: open.lines.join('\n') });
      open = undefined;
    } else if (fence) open = { line: index + 1, info: (fence[1] ?? '').trim(), lines: [] };
    else open?.lines.push(line);
  }
  return blocks;
}

/** The `waybill` commands that a page names, in code: the words that follow, up to an option or a value. */
export function commandsNamed(page: Page): string[][] {
  const inline = [...page.text.matchAll(/`(?:node bin[\\/]waybill\.js|npm run waybill --|waybill) ([^`\n]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  const inBlocks = codeBlocks(page)
    .filter(({ info }) => info === '' || info === 'console')
    .flatMap(({ text }) => text.split('\n'))
    .flatMap((line) => /^\s*(?:node \S*waybill\.js|npm run waybill --|waybill) (.+)$/.exec(line)?.[1] ?? []);
  return [...inline, ...inBlocks].map(commandWords).filter((words) => words.length > 0);
}

function commandWords(text: string): string[] {
  const words = text.trim().split(/\s+/);
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return end < 0 ? words : words.slice(0, end);
}
