import Handlebars from 'handlebars';
import { LRUCache } from 'lru-cache';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { oneLine, shorten } from '../../mail/clean-text.ts';
import type { TemplateSource } from './alert.ts';

/** Turns the value of a place into what is put there. */
export type Write = (value: string) => string;

type Fill = (context: object, write: Write) => string;

/** No name that a template can write, so that none calls it or hides it; Handlebars takes names with `this` for paths. */
const writer = 'write a value';

/** By their text: a template that was changed is another one. */
const compiled = new LRUCache<string, Fill>({ max: 100 });

/**
 * Fills a template of Handlebars. Every value goes through `write`, that of `{{{three}}}` braces too: what is to be
 * escaped depends on where the text is going, and no field holds markup. Templates know the helpers of Handlebars and
 * `eq`; they reach no prototype and write no log. A field that is not there is an empty text.
 * @throws WAYBILL_ALERT_TEMPLATE when the template has an error
 */
export function fillTemplate(source: TemplateSource, context: object, write: Write): string {
  try {
    const fill = compiled.get(source.text) ?? compile(source.text);
    compiled.set(source.text, fill);
    return fill(context, write);
  } catch (cause) {
    const problem = shorten(oneLine(cause instanceof Error ? cause.message : String(cause)), 300);
    throw waybillError('WAYBILL_ALERT_TEMPLATE', { template: source.name, problem }, { cause });
  }
}

function compile(text: string): Fill {
  const handlebars = Handlebars.create();
  handlebars.registerHelper({ eq: (one: unknown, other: unknown) => one === other, log: () => '' });
  const program = handlebars.parse(text.replace(/^\ufeff/, ''));
  new WriteEachValue().accept(program);
  const fill = handlebars.compile(program, { noEscape: true });
  return (context, write) =>
    fill(context, {
      helpers: { [writer]: (value: unknown) => write(asText(value)) },
      allowProtoPropertiesByDefault: false,
      allowProtoMethodsByDefault: false,
    });
}

/** Puts the writer around the value of each `{{place}}`. Conditions and loops still see the values themselves. */
class WriteEachValue extends Handlebars.Visitor {
  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    const isCall = mustache.params.length > 0 || mustache.hash !== undefined;
    const value = isCall ? { ...mustache, type: 'SubExpression' } : mustache.path;
    Object.assign(mustache, { path: writerPath(mustache.loc), params: [value], hash: undefined });
  }
}

function writerPath(loc: hbs.AST.SourceLocation): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [writer], original: writer, loc };
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null || typeof value === 'function') return '';
  return Array.isArray(value) ? value.map(asText).join(',') : JSON.stringify(value);
}
