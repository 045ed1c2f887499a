import { text } from '../setting.ts';

const known = ['time', 'tenant', 'appId', 'reloadId'];
const error = `expected a file name with {{time}} and {{reloadId}}, each once, and {{appId}} and {{tenant}} where wanted; else letters, digits, spaces, _ - = . ( ) and a file ending`;
const MOST_CHARACTERS = 200;

/** Name of the file of a script log: text with placeholders that is a file name everywhere, on Windows as well. */
export function scriptLogFileName() {
  return text().refine(isFileName, { error });
}

function isFileName(value: string): boolean {
  const placeholders = [...value.matchAll(/\{\{(\w+)\}\}/g)].map(([, field]) => field ?? '');
  const has = (field: string): boolean => placeholders.filter((one) => one === field).length === 1;
  const plain = value.replaceAll(/\{\{\w+\}\}/g, 'x');
  return (
    has('time') &&
    has('reloadId') &&
    placeholders.every((field) => known.includes(field)) &&
    /^\w[\w\-=.() ]*\.\w{1,10}$/.test(plain) &&
    value.length <= MOST_CHARACTERS
  );
}
