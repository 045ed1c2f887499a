import { isObject, type JsonObject, objectsIn } from './json-template.ts';

/** What Slack takes (Qlik Cloud facts, section 4). The total is not documented: 13.2 thousand were refused. */
export const slackLimits = {
  blocks: 50,
  header: 150,
  sectionText: 3000,
  fields: 10,
  fieldText: 2000,
  actions: 25,
  buttonText: 75,
  url: 3000,
  total: 13_000,
  fallbackText: 3000,
} as const;

/** Why Slack would refuse a message, or undefined. Lengths are those of what is sent, escapes counted. */
export function slackProblem(message: JsonObject): string | undefined {
  const { blocks, attachments, text } = message;
  if (typeof text !== 'string' || text.trim() === '') return 'it has no text';
  if (blocks === undefined) return attachments === undefined ? textProblem(text, 40_000) : totalProblem(message);
  if (!Array.isArray(blocks) || blocks.length !== objectsIn(blocks).length) return 'its blocks are no list of objects';
  if (blocks.length > slackLimits.blocks) return `it has ${blocks.length} blocks of at most ${slackLimits.blocks}`;
  for (const [index, block] of objectsIn(blocks).entries()) {
    const problem = blockProblem(block);
    if (problem !== undefined) return `block ${index + 1}: ${problem}`;
  }
  return totalProblem(message);
}

function totalProblem({ blocks, attachments }: JsonObject): string | undefined {
  const total = JSON.stringify({ blocks, attachments }).length;
  return total > slackLimits.total ? `it has ${total} characters of at most ${slackLimits.total}` : undefined;
}

function blockProblem(block: JsonObject): string | undefined {
  if (typeof block['type'] !== 'string') return 'it has no type';
  if (block['type'] === 'header') return textObjectProblem(block['text'], slackLimits.header);
  if (block['type'] === 'section') return sectionProblem(block);
  if (block['type'] === 'context') return elementsProblem(block['elements'], slackLimits.fields);
  if (block['type'] === 'actions') return actionsProblem(block);
  return undefined;
}

function sectionProblem({ text, fields }: JsonObject): string | undefined {
  if (text === undefined && fields === undefined) return 'a section has neither text nor fields';
  const problem = text === undefined ? undefined : textObjectProblem(text, slackLimits.sectionText);
  if (problem !== undefined || fields === undefined) return problem;
  if (!Array.isArray(fields) || fields.length === 0) return 'its fields are no list, or an empty one';
  if (fields.length > slackLimits.fields) return `it has ${fields.length} fields of at most ${slackLimits.fields}`;
  return firstProblem(fields, (field) => textObjectProblem(field, slackLimits.fieldText));
}

function actionsProblem({ elements }: JsonObject): string | undefined {
  const problem = elementsProblem(elements, slackLimits.actions);
  return problem ?? firstProblem(objectsIn(elements), buttonProblem);
}

function elementsProblem(elements: unknown, most: number): string | undefined {
  if (!Array.isArray(elements) || elements.length === 0) return 'its elements are no list, or an empty one';
  return elements.length > most ? `it has ${elements.length} elements of at most ${most}` : undefined;
}

function buttonProblem(button: unknown): string | undefined {
  if (!isObject(button) || button['type'] !== 'button') return undefined;
  const { text, url } = button;
  if (url !== undefined && (typeof url !== 'string' || url.length > slackLimits.url))
    return 'a button has no usable url';
  return textObjectProblem(text, slackLimits.buttonText);
}

function textObjectProblem(object: unknown, most: number): string | undefined {
  if (!isObject(object) || typeof object['text'] !== 'string') return 'it has no text object';
  if (!['plain_text', 'mrkdwn'].includes(String(object['type']))) return 'its text is neither plain_text nor mrkdwn';
  return textProblem(object['text'], most);
}

function textProblem(text: string, most: number): string | undefined {
  if (text === '') return 'its text is empty';
  return text.length > most ? `its text has ${text.length} characters of at most ${most}` : undefined;
}

function firstProblem(values: readonly unknown[], problemOf: (value: unknown) => string | undefined) {
  return values.map(problemOf).find((problem) => problem !== undefined);
}
