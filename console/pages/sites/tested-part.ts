import { doctorChecks, type Finding, type Verdict } from '../../../common/finding.ts';
import { forThePage } from '../../../views/sites/site-problems.ts';
import { badge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { table } from '../../html/table.ts';

const verdicts: Readonly<Record<Verdict, Html>> = {
  broken: badge('broken', 'bad'),
  look: badge('look', 'warn'),
  ok: badge('ok', 'good'),
  skipped: badge('not tested', 'quiet'),
};

/** All that a test looked at, folded away: what needs somebody stands above it. */
export function testedPart(findings: readonly Finding[]): Html {
  const fine = findings.filter(({ verdict }) => verdict === 'ok').length;
  return html`<details class="tested">
    <summary>What was tested: ${fine} of ${findings.length} are fine</summary>
    ${table({
      caption: 'What the latest test found',
      rows: findings,
      empty: 'Nothing was tested.',
      columns: [
        { head: 'What', cell: ({ check }) => doctorChecks[check] ?? check },
        { head: 'Is', cell: ({ verdict }) => verdicts[verdict] },
        { head: 'Found', cell: foundCell },
      ],
    })}
    <p class="quiet">The rights are not tested here, as that needs an app that is made and removed again: <code>waybill
      doctor</code> does it.</p>
  </details>`;
}

function foundCell({ check, what, remedy, verdict, code }: Finding): Html {
  // Why rights are not tested stands below the table.
  const isTold = remedy !== undefined && verdict !== 'ok' && check !== 'site.rights';
  return html`${what} ${isTold && html`<div class="quiet">${forThePage(remedy)}</div>`}
    ${code && html`<div class="quiet"><code>${code}</code></div>`}`;
}
