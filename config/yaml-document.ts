import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Place, Problem, SettingPath } from './problem.ts';

export interface YamlText {
  readonly value: unknown;
  /** What makes it no YAML; when there is any, `value` is undefined. */
  readonly problems: readonly Problem[];
  /** Where a setting stands: its key, or the nearest group around it that is in the file. */
  placeOf(path: SettingPath): Place;
}

/** Reads YAML (or JSON) and remembers where everything stands. Never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = document.errors.map((error) => ({
    path: [],
    ...place(error.pos[0]),
    wrong: error.code === 'DUPLICATE_KEY' ? 'this key stands twice in its group' : `this is not YAML: ${error.message}`,
    right:
      error.code === 'DUPLICATE_KEY'
        ? 'keep one of the two'
        : 'indent with spaces, and quote text that holds ": " or " #"',
  }));
  return {
    value: problems.length > 0 ? undefined : document.toJS(),
    problems,
    placeOf: (path) =>
      place(offsetOf(document.contents, path, (node) => (isAlias(node) ? node.resolve(document) : node))),
  };
}

type Resolve = (node: unknown) => unknown;

function offsetOf(root: Node | null, path: SettingPath, resolve: Resolve): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    const next = step(resolve(node), key);
    if (next === undefined) break;
    node = next.value;
    offset = next.offset ?? offset;
  }
  return offset;
}

function step(node: unknown, key: PropertyKey): { value: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item && { value: item, offset: item.range?.[0] };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((entry: Pair) => isScalar(entry.key) && String(entry.key.value) === String(key));
  return pair && { value: pair.value, offset: (pair.key as Node).range?.[0] };
}
