import type { TemplateSource } from './alert.ts';
import { textOf } from './clean-log.ts';
import { fillTemplate } from './fill-template.ts';

/**
 * The words of a basic message or a subject. A template that has nothing to say (none of the fields that it names has
 * a value, or it gives an empty text) gives way to `ownWords`, so that no alert goes out nameless.
 * @throws WAYBILL_ALERT_TEMPLATE
 */
export function basicText(template: TemplateSource | undefined, context: object, ownWords: string): string {
  if (template === undefined) return ownWords;
  let [named, valued] = [0, 0];
  const text = textOf(
    fillTemplate(template, context, (value) => {
      named += 1;
      if (value.trim() !== '') valued += 1;
      return value;
    }),
  );
  return text === '' || (named > 0 && valued === 0) ? ownWords : text;
}
