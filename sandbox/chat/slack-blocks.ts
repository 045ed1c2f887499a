import { isObject, isWebAddress } from './messages.ts';

const most = { blocks: 50, text: 3000, fields: 10, field: 2000, header: 150, actions: 25, context: 10, button: 75 };
const mostId = 255;
const textTypes = new Set(['plain_text', 'mrkdwn']);

type Block = Record<string, unknown>;

/** What Slack would refuse in the blocks of a message; empty when nothing. */
export function blockProblems(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return ['blocks is no list'];
  const problems = blocks.flatMap((block: unknown, at) =>
    (isObject(block) ? problemsOf(block) : ['is no object']).map((problem) => `block ${at + 1} ${problem}`),
  );
  if (blocks.length > most.blocks) problems.push(`${blocks.length} blocks; at most ${most.blocks}`);
  const ids = blocks.filter(isObject).flatMap((block) => (block['block_id'] === undefined ? [] : [block['block_id']]));
  if (new Set(ids).size < ids.length) problems.push('a block_id is used twice');
  return problems;
}

/** Characters of all texts in blocks, as sent: escaped ones count as their escapes. */
export function countCharacters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + countCharacters(one), 0);
  if (!isObject(value)) return 0;
  const own = typeof value['text'] === 'string' ? value['text'].length : 0;
  return Object.values(value).reduce((sum: number, one) => sum + countCharacters(one), own);
}

function problemsOf(block: Block): string[] {
  const problems = idProblems(block['block_id'], 'block_id');
  switch (block['type']) {
    case 'section':
      return [...problems, ...sectionProblems(block)];
    case 'header':
      return [...problems, ...textProblems(block['text'], most.header, 'text', ['plain_text'])];
    case 'context':
      return [...problems, ...contextProblems(block['elements'])];
    case 'actions':
      return [...problems, ...actionsProblems(block['elements'])];
    case 'image':
      return [...problems, ...imageProblems(block)];
    case 'divider':
      return problems;
    default:
      return [...problems, `has the type ${JSON.stringify(block['type'])}`];
  }
}

function sectionProblems({ text, fields, accessory }: Block): string[] {
  const problems = text === undefined ? [] : textProblems(text, most.text, 'text');
  if (text === undefined && fields === undefined) problems.push('has neither text nor fields');
  if (fields !== undefined) {
    const size = listSize(fields);
    if (size < 1 || size > most.fields) problems.push(`has ${size} fields; 1 to ${most.fields}`);
    for (const field of listOf(fields)) problems.push(...textProblems(field, most.field, 'field'));
  }
  if (isObject(accessory)) problems.push(...elementProblems(accessory));
  return problems;
}

function contextProblems(elements: unknown): string[] {
  const size = listSize(elements);
  const problems = size < 1 || size > most.context ? [`has ${size} elements; 1 to ${most.context}`] : [];
  for (const element of listOf(elements)) {
    const isImage = isObject(element) && element['type'] === 'image';
    problems.push(...(isImage ? imageProblems(element) : textProblems(element, most.text, 'element')));
  }
  return problems;
}

function actionsProblems(elements: unknown): string[] {
  const size = listSize(elements);
  const problems = size < 1 || size > most.actions ? [`has ${size} elements; 1 to ${most.actions}`] : [];
  const ids = listOf(elements).flatMap((one) => (isObject(one) && one['action_id'] ? [one['action_id']] : []));
  if (new Set(ids).size < ids.length) problems.push('has an action_id twice');
  for (const element of listOf(elements)) {
    problems.push(...(isObject(element) ? elementProblems(element) : ['has an element that is no object']));
  }
  return problems;
}

function elementProblems(element: Block): string[] {
  if (element['type'] === 'image') return imageProblems(element);
  if (element['type'] !== 'button') return [`has an element of the type ${JSON.stringify(element['type'])}`];
  const problems = textProblems(element['text'], most.button, 'button', ['plain_text']);
  const { url, value } = element;
  if (url !== undefined && !isWebAddress(url)) problems.push('has a wrong url');
  if (typeof url === 'string' && url.length > most.text) problems.push('has a url that is too long');
  if (typeof value === 'string' && value.length > most.field) problems.push('has a value that is too long');
  return [...problems, ...idProblems(element['action_id'], 'action_id')];
}

function imageProblems(image: Block): string[] {
  const hasText = typeof image['alt_text'] === 'string' && image['alt_text'] !== '';
  return isWebAddress(image['image_url']) && hasText ? [] : ['has an image without image_url or alt_text'];
}

function textProblems(text: unknown, mostCharacters: number, what: string, types?: readonly string[]): string[] {
  if (!isObject(text) || typeof text['text'] !== 'string') return [`has a ${what} that is no text object`];
  const type = String(text['type']);
  if (!(types?.includes(type) ?? textTypes.has(type))) return [`has a ${what} of the type ${type}`];
  const { length } = text['text'];
  return length < 1 || length > mostCharacters ? [`has a ${what} of ${length} characters; 1 to ${mostCharacters}`] : [];
}

function idProblems(id: unknown, what: string): string[] {
  if (id === undefined) return [];
  return typeof id === 'string' && id.length <= mostId ? [] : [`has a ${what} over ${mostId} characters`];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function listSize(value: unknown): number {
  return listOf(value).length;
}
