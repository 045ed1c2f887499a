import { catalogue } from '../../common/errors/catalogue.ts';
import type { ErrorEntry } from '../../common/errors/waybill-error.ts';

const introduction = `# Errors

<!-- Generated from common/errors/catalogue.ts by \`npm run generate\`; changes made here are lost. -->

Every error of Waybill has a code that never changes its meaning: search for it, match on it, quote it. \`{name}\` stands for what was found at the time. "Tried again" says whether trying the same once more may succeed without anybody's help; where it is yes, Waybill does so by itself.

| Code | What happened | What to do | Tried again | Exit code |
|---|---|---|---|---|
`;

/** The page that lists every error, in the order of its codes. */
export function errorsPage(): string {
  const entries: [string, ErrorEntry][] = Object.entries(catalogue);
  const rows = entries.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([code, entry]) => row(code, entry));
  return `${introduction}${rows.join('\n')}\n`;
}

function row(code: string, entry: ErrorEntry): string {
  const cells = [`<a id="${code.toLowerCase()}"></a>\`${code}\``, cell(entry.message), cell(entry.remedy)];
  return `| ${[...cells, entry.retryable ? 'yes' : 'no', entry.exitCode ?? 1].join(' | ')} |`;
}

function cell(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/<(?=\w)/g, '&lt;');
}
