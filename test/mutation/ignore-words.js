/** Two words in a row: a sentence. Names of states, properties, routes and keys have no blank. */
const SENTENCE = /[A-Za-z"»]+,? [A-Za-z"]+/;

/**
 * What only words: log lines, and the sentences that tell people what happened. Which of them is told is decided by
 * code, and that stays mutated.
 */
export const strykerPlugins = [{ kind: 'Ignore', name: 'words', value: { shouldIgnore } }];

/** @param {import('@stryker-mutator/api/ignore').NodePath} path */
function shouldIgnore(path) {
  const { node } = path;
  const call = node.type === 'ExpressionStatement' ? node.expression : node;
  if (call.type === 'CallExpression' && isLogCall(call)) return 'a log line';
  if (node.type === 'StringLiteral' && SENTENCE.test(node.value)) return 'words for people';
  if (node.type === 'TemplateLiteral' && node.quasis.some(({ value }) => SENTENCE.test(value.raw))) {
    return 'words for people';
  }
  return undefined;
}

/** `logger.warn(…)`, `deps.logger.info(…)`, `this.logger?.error(…)`. */
function isLogCall({ callee }) {
  if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') return false;
  const { object } = callee;
  return object.name === 'logger' || object.property?.name === 'logger';
}
