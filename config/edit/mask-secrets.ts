import { isAlias, isCollection, isMap, isNode, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import type { SettingPath } from '../problem.ts';
import { mask } from '../secret-ref.ts';
import { isReference, literalSecretsIn } from './secret-settings.ts';

/** Bare, it would be an alias of YAML. */
const quotedMask = `'${mask}'`;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A secret in a line that somebody has commented out. */
const commentedSecret =
  /(#.*?\b[\w-]*(?:pass(?:word|phrase)?|secret|token|api-?key|private-?key|webhook)[\w-]*["']?\s*:\s*)(\S.*)/i;

/**
 * The text of a configuration file with each secret that stands in it masked, in comments as well; references to where a
 * secret is kept stay. All else is as it was. Text that is no YAML is masked as a whole: nobody knows where a secret is.
 */
export function withMaskedSecrets(text: string): string {
  const document = parseDocument(text, { merge: true, prettyErrors: false });
  if (document.errors.length > 0) return mask;
  const spans = literalSecretsIn(document.toJS())
    .flatMap((path) => spanOf(document, path) ?? [])
    .toSorted((a, b) => b.from - a.from)
    // What stands behind an anchor is met several times.
    .filter(({ from }, index, all) => from !== all[index - 1]?.from);
  const masked = spans.reduce((made, { from, to }) => `${made.slice(0, from)}${quotedMask}${made.slice(to)}`, text);
  return masked
    .split('\n')
    .map((line) =>
      line.replace(commentedSecret, (whole: string, before: string, value: string) =>
        isReference(value.trim().replace(/^(['"])(.*)\1$/, '$2')) ? whole : `${before}${mask}`,
      ),
    )
    .join('\n');
}

/** Where the value of a setting stands in the text, quotes included; a block of lines without its last line end. */
function spanOf(document: Document, path: SettingPath): Span | undefined {
  const node = scalarAt(document, path);
  const range = node?.range;
  if (!node || !range) return undefined;
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  return { from: range[0], to: isBlock ? range[1] - 1 : range[1] };
}

/** The scalar of a setting, through aliases and merged groups. */
export function scalarAt(document: Document, path: SettingPath) {
  let node: unknown = document.contents;
  for (const key of path) {
    node = resolved(document, node);
    node = isSeq(node) ? node.items[Number(key)] : valueIn(document, node, key);
    if (node === undefined) return undefined;
  }
  node = resolved(document, node);
  return isScalar(node) ? node : undefined;
}

function valueIn(document: Document, node: unknown, key: PropertyKey): unknown {
  if (!isMap(node)) return undefined;
  const own = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  if (own) return own.value;
  const merged = node.items.filter((pair) => isScalar(pair.key) && isMerge(pair.key.value));
  for (const { value } of merged) {
    const source = resolved(document, value);
    const sources = isSeq(source) ? source.items.map((item) => resolved(document, item)) : [source];
    const found = sources
      .filter(isCollection)
      .map((one) => valueIn(document, one, key))
      .find(isNode);
    if (found) return found;
  }
  return undefined;
}

/** The library reads `<<` as a symbol of its own. */
function isMerge(key: unknown): boolean {
  return key === '<<' || (typeof key === 'symbol' && key.description === '<<');
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
