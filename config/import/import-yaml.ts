import { Document, isMap, isScalar, type Pair, type Scalar } from 'yaml';
import type { Imported, ImportWords } from './import-book.ts';

const width = 110;

/** The settings as YAML, with a comment wherever a person has to look, and the variables that take the secrets. */
export function importYaml({ settings, notes, variables }: Imported, words: ImportWords): string {
  const document = new Document(settings, { aliasDuplicateObjects: false });
  const loose: string[] = [];
  for (const { key, text, setting } of notes.filter(({ kind }) => kind === 'look')) {
    const comment = commentText(`LOOK: ${key}: ${text}`);
    const owner = setting === undefined ? undefined : keyNodeOf(document, setting);
    if (owner === undefined) loose.push(comment);
    else owner.commentBefore = [owner.commentBefore, comment].filter(Boolean).join('\n');
  }
  document.commentBefore = [...headerOf(variables, words), ...loose].join('\n');
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function headerOf(variables: Imported['variables'], { command, program }: ImportWords): string[] {
  const named = variables.flatMap(({ name, key }) => [`   ${name}`, `       ${key}`]);
  return [
    ` Made by \`${command}\`. Look at what is marked LOOK, then run \`waybill config check\`.`,
    ...(named.length > 0 ? [` Environment variables that take the secrets of ${program}:`, ...named] : []),
  ];
}

/** The key that a setting stands under, or that of the nearest group around it. */
function keyNodeOf(document: Document, setting: string): Scalar | undefined {
  let node: unknown = document.contents;
  let found: Scalar | undefined;
  for (const step of setting.split('.')) {
    if (!isMap(node)) break;
    const pair = node.items.find((item: Pair) => isScalar(item.key) && item.key.value === step);
    if (pair === undefined) break;
    found = pair.key as Scalar;
    node = pair.value;
  }
  return found;
}

/** A text as lines of a comment, each with the blank that follows the mark. */
function commentText(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => ` ${line}`).join('\n');
}
