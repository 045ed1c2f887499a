import { type Children, type Html, html } from '../../html/html.ts';
import { hasPassword, isReference } from '../../../config/edit/secret-settings.ts';
import type { Field, FieldOf } from '../../settings/fields.ts';
import { addressOf } from '../../settings/groups.ts';
import type { FieldProblem } from '../../settings/plan-change.ts';
import type { Sent } from '../../settings/read-fields.ts';
import { idOf, labelOfField } from './field-names.ts';
import { secretInput } from './secret-input.ts';

/** What a form shows beside what the file says. */
export interface Shown {
  /** What was typed before, where the form is shown once more. */
  readonly sent: Sent | undefined;
  readonly problems: readonly FieldProblem[];
}

/** The inputs of a field, with those that it holds. */
export function fieldHtml(field: Field, shown: Shown): Html {
  switch (field.kind) {
    case 'group':
      return groupHtml(field, shown);
    case 'entries':
      return entriesHtml(field);
    case 'either':
      return eitherHtml(field, shown);
    case 'secret':
      return html`<div class="field">${labelText(field)}${secretInput(field, shown.sent)}${below(field, shown)}</div>`;
    case 'list':
      return listHtml(field, shown);
    case 'choice':
      return choiceHtml(field, shown);
    default:
      return textHtml(field, shown);
  }
}

/** Problems of a field itself, or of what stands within it where it has no fields of its own. */
export function problemsOf(field: Field, problems: readonly FieldProblem[]): FieldProblem[] {
  const isWhole = 'fields' in field;
  return problems.filter(
    ({ path }) =>
      (isWhole ? path.length === field.path.length : path.length >= field.path.length) &&
      field.path.every((key, index) => String(path[index]) === String(key)),
  );
}

/** Whether a field, or one within it, has a problem. */
export function hasProblem(field: Field, problems: readonly FieldProblem[]): boolean {
  if (problemsOf(field, problems).length > 0) return true;
  return 'fields' in field && field.fields.some((inner) => hasProblem(inner, problems));
}

function groupHtml(field: FieldOf<'group'>, shown: Shown): Html {
  const { name, fields, isOptional, isSet } = field;
  const inside = fields.map((inner) => fieldHtml(inner, shown));
  if (name === '') return html`<div>${inside}</div>`;
  const isTicked = shown.sent ? shown.sent[`has:${name}`] === 'yes' : isSet;
  return html`<details class="sheet settings" id=${idOf(field)} open=${isTicked || hasProblem(field, shown.problems)}>
    <summary><h2>${labelOfField(field)}</h2> <span class="quiet">${field.help}</span></summary>
    ${problemList(field, shown)}
    ${
      isOptional &&
      html`<label><input type="checkbox" name=${`has:${name}`} value="yes" checked=${isTicked} /> ${labelOfField(field)} is set</label>`
    }
    ${inside}
  </details>`;
}

function entriesHtml(field: FieldOf<'entries'>): Html {
  const { path, names, help } = field;
  const href = (page: string, at: Field['path']): string => `/settings/${page}?at=${encodeURIComponent(addressOf(at))}`;
  return html`<section class="sheet settings" id=${idOf(field)} aria-label=${labelOfField(field)}>
    <h2>${field.name === '' ? 'Entries' : labelOfField(field)}</h2>
    <p class="quiet">${help}</p>
    ${
      names.length === 0
        ? html`<p class="empty">There is none yet.</p>`
        : html`<ul class="entries">
            ${names.map((name) => html`<li><a href=${href('edit', [...path, name])}>${name}</a></li>`)}
          </ul>`
    }
    <p><a class="button" href=${href('add', path)}>Add one</a></p>
  </section>`;
}

function eitherHtml(field: FieldOf<'either'>, shown: Shown): Html {
  const { name, word, chosen, fields } = field;
  const now = shown.sent?.[`v:${name}`] ?? chosen;
  const radio = (value: string, text: string): Html =>
    html`<label><input type="radio" name=${`v:${name}`} value=${value} checked=${now === value} /> ${text}</label>`;
  return html`<fieldset id=${idOf(field)}>
    <legend>${labelOfField(field)}</legend>
    <p class="quiet">${field.help}</p>
    ${problemList(field, shown)}
    ${field.unset !== undefined && radio('unset', field.unset === word ? `${word} (this is so when nothing is set)` : 'not set')}
    ${field.unset !== word && radio('word', word)} ${field.unset === word && chosen === 'word' && radio('word', `${word}, said in the file`)}
    ${radio('group', 'only those named here:')} ${fields.map((inner) => fieldHtml(inner, shown))}
  </fieldset>`;
}

function listHtml(field: FieldOf<'list'>, shown: Shown): Html {
  const { name, value, isEmptyList, unset } = field;
  const typed = shown.sent?.[`v:${name}`] ?? value;
  const isEmpty = shown.sent ? shown.sent[`none:${name}`] === 'yes' : isEmptyList;
  const rows = Math.min(Math.max(typed.split('\n').length + 1, 2), 12);
  return html`<div class="field">
    ${labelText(field)}
    <textarea ...${inputFacts(field, shown)} name=${`v:${name}`} rows=${rows}>${typed}</textarea>
    ${
      unset !== undefined &&
      unset !== 'nothing' &&
      html`<label><input type="checkbox" name=${`none:${name}`} value="yes" checked=${isEmpty} /> none at all</label>`
    }
    ${below(field, shown)}
  </div>`;
}

function choiceHtml(field: FieldOf<'choice'>, shown: Shown): Html {
  const typed = shown.sent?.[`v:${field.name}`] ?? field.value;
  const unset =
    field.unset === undefined
      ? 'choose one'
      : field.unset === 'not set'
        ? 'not set'
        : `not set (${wordOf(field.unset)})`;
  return html`<div class="field">
    ${labelText(field)}
    <select ...${inputFacts(field, shown)} name=${`v:${field.name}`}>
      <option value="" selected=${typed === ''}>${unset}</option>
      ${field.words.map((word) => html`<option value=${word} selected=${typed === word}>${wordOf(word)}</option>`)}
    </select>
    ${below(field, shown)}
  </div>`;
}

function textHtml(field: FieldOf<'text'>, shown: Shown): Html {
  const name = `v:${field.name}`;
  const typed = shown.sent?.[name] ?? field.value;
  const value = hasPassword(typed) ? '' : typed;
  const placeholder = field.unset === 'nothing' || field.unset === 'not set' ? undefined : field.unset;
  return html`<div class="field">
    ${labelText(field)}
    ${
      field.isLong
        ? html`<textarea ...${inputFacts(field, shown)} name=${name} rows="4" placeholder=${placeholder}>${value}</textarea>`
        : html`<input ...${inputFacts(field, shown)} name=${name} value=${value} placeholder=${placeholder} autocomplete="off" spellcheck="false" />`
    }
    ${below(field, shown)}
  </div>`;
}

function labelText(field: Field): Html {
  return html`<label for=${idOf(field)}>${labelOfField(field)}${field.unset === undefined && html` <span class="quiet">(required)</span>`}</label>`;
}

function inputFacts(field: Field, { problems }: Shown): Readonly<Record<string, unknown>> {
  const isWrong = problemsOf(field, problems).length > 0;
  return { id: idOf(field), 'aria-describedby': `${idOf(field)}-help`, 'aria-invalid': isWrong ? 'true' : undefined };
}

function below(field: Field, shown: Shown): Html {
  const { help, unset } = field;
  const type = 'type' in field ? field.type : '';
  const fallback =
    unset === undefined || unset === 'not set' || field.kind === 'choice' ? '' : `When not set: ${unset}.`;
  const text = [help, type, fallback].filter((part) => part !== '').join(' ');
  return html`<div id=${`${idOf(field)}-help`}>${problemList(field, shown)}<span class="quiet">${text}</span></div>`;
}

function problemList(field: Field, { problems }: Shown): Children {
  return problemsOf(field, problems).map(({ text }) => html`<p class="wrong">${text}</p>`);
}

function wordOf(word: string): string {
  if (isReference(word)) return `as in ${word}`;
  return word === 'true' ? 'yes' : word === 'false' ? 'no' : word;
}
