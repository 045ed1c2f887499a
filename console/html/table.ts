import { type Children, type Html, html } from './html.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Children;
  /** Numbers stand right. */
  readonly isNumber?: boolean;
}

interface TableParts<Row> {
  /** What the table shows, for whoever does not see it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** What stands in place of a table without rows. */
  readonly empty: Children;
}

/** A table; on a narrow screen each row becomes a card, its cells told by their heads. */
export function table<Row>({ caption, columns, rows, empty }: TableParts<Row>): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="table"><table>
    <caption class="hidden">${caption}</caption>
    <thead><tr>${columns.map(({ head, isNumber }) => html`<th scope="col" class=${isNumber ? 'number' : undefined}>${head}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr>${columns.map(
          ({ head, cell, isNumber }) =>
            html`<td data-head=${head} class=${isNumber ? 'number' : undefined}>${cell(row)}</td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}
