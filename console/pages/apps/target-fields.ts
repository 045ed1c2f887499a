import { type Html, html } from '../../html/html.ts';
import type { ChosenTarget } from './decision-form.ts';
import type { KnownStreams } from './known-streams.ts';

interface TargetFieldsParts {
  readonly target: string;
  /** How people call it. */
  readonly name: string;
  readonly chosen: ChosenTarget;
  readonly known: KnownStreams | undefined;
  readonly problem: string | undefined;
}

const modes = [
  ['', 'Not there'],
  ['overwrite', 'Overwrite: replaces the app of this name, or adds it'],
  ['duplicate', 'Duplicate: adds another app'],
] as const;

/** Whether and how to promote to one target, and to which of its streams. */
export function targetFields({ target, name, chosen, known, problem }: TargetFieldsParts): Html {
  const names = known?.names ?? [];
  const others = chosen.streams.filter((stream) => !names.includes(stream));
  return html`<fieldset id=${`target-${target}`} class=${problem ? 'target-choice wrong' : 'target-choice'}>
    <legend>${name}</legend>
    ${problem && html`<p class="notice bad">${problem}</p>`}
    ${modes.map(
      ([value, words]) => html`<label>
        <input type="radio" name=${`mode.${target}`} value=${value} checked=${chosen.mode === value} /> ${words}</label>`,
    )}
    ${
      names.length > 0 &&
      html`<div class="streams" role="group" aria-label=${`Streams at ${name}`}>
        ${names.map(
          (stream) => html`<label>
            <input type="checkbox" name=${`stream.${target}`} value=${stream} checked=${chosen.streams.includes(stream)} />
            ${stream}</label>`,
        )}
      </div>`
    }
    ${
      known?.from === 'site'
        ? others.length > 0 && html`${moreStreams(target, name, others)}`
        : html`<p class="quiet">${name} has not told its streams: load the page again in a moment, or write their names${names.length > 0 ? '. These are known from earlier promotions' : ''}.</p>
          ${moreStreams(target, name, others)}`
    }
    ${
      known?.from === 'site' &&
      others.length === 0 &&
      html`<details><summary>Another stream, by name or as id:…</summary>${moreStreams(target, name, others)}</details>`
    }
  </fieldset>`;
}

function moreStreams(target: string, name: string, others: readonly string[]): Html {
  return html`<label>${`Other streams at ${name}, one a line`}
    <textarea name=${`other.${target}`} rows="2">${others.join('\n')}</textarea></label>`;
}
