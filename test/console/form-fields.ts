/** The fields of the page's form for an action, as a browser without scripts would send them untouched. */
export function formFields(page: string, action: string): Record<string, string> {
  const form = page.split('<form ').find((part) => part.includes(`action="${action}"`)) ?? '';
  const [inside = ''] = form.split('</form>');
  const fields: Record<string, string> = {};
  for (const [, attributes = ''] of inside.matchAll(/<input([^>]*)>/g)) {
    const name = attribute(attributes, 'name');
    const isChoice = /type="(checkbox|radio)"/.test(attributes);
    if (name === '' || name === '_form' || (isChoice && !/\bchecked\b/.test(attributes))) continue;
    fields[name] = attribute(attributes, 'value');
  }
  for (const [, attributes = '', text = ''] of inside.matchAll(/<textarea([^>]*)>([^]*?)<\/textarea>/g))
    fields[attribute(attributes, 'name')] = plain(text);
  for (const [, attributes = '', options = ''] of inside.matchAll(/<select([^>]*)>([^]*?)<\/select>/g)) {
    const chosen = /<option[^>]*selected[^>]*>/.exec(options)?.[0] ?? '';
    fields[attribute(attributes, 'name')] = attribute(chosen, 'value');
  }
  return fields;
}

function attribute(text: string, name: string): string {
  return plain(new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '');
}

function plain(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
