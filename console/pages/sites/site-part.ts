import type { Config } from '../../../config/types.ts';
import { siteHealth } from '../../../views/sites/site-health.ts';
import type { LatestExamination } from '../../../common/finding.ts';
import type { SiteFacts } from '../../../views/sites/site-facts.ts';
import { siteProblems } from '../../../views/sites/site-problems.ts';
import { badge } from '../../html/badge.ts';
import { facts as factList } from '../../html/facts.ts';
import { button, form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { inQmc, siteName } from '../../html/links.ts';
import { ago } from '../../html/time.ts';
import type { WhyNot } from '../../sign-in/rights.ts';
import { certificateFacts, queueFact, watchFacts } from './site-fact-cells.ts';
import { testedPart } from './tested-part.ts';

interface SiteParts {
  readonly config: Config;
  readonly facts: SiteFacts;
  readonly token: string;
  readonly whyNot: WhyNot;
  readonly nowMs: number;
}

/** One site: how it is, what needs somebody and what to do, and the button that tests it. */
export function sitePart({ config, facts, token, whyNot, nowMs }: SiteParts): Html {
  const { site, test } = facts;
  const name = siteName(config, site);
  const problems = siteProblems(facts, nowMs);
  const { words, tone } = siteHealth(facts, problems);
  const worst = problems[0]?.tone;
  return html`<section class=${`sheet site ${worst ?? ''}`} id=${`site-${site}`} aria-label=${name}>
    <h2>${name} ${badge(words, tone)}</h2>
    <p class="quiet">${useOf(facts)} <code>${config.sites[site]?.hosts.join(', ')}</code> ${inQmc(config, site)}</p>
    ${
      problems.length > 0 &&
      html`<ul class="problems">${problems.map(
        (one) => html`<li>${badge(one.tone === 'bad' ? 'broken' : 'look', one.tone)} ${one.what}
          <div class="quiet">${one.remedy}</div></li>`,
      )}</ul>`
    }
    ${factList([
      ['Product version', test?.state === 'done' ? test.found.buildVersion : undefined],
      ...watchFacts(facts),
      ['Workers', queueFact(facts)],
      ...certificateFacts(test, nowMs),
      ['Paused', facts.isPaused && html`yes; <a href="/pause">who paused it, and why</a>`],
    ])}
    <div class="actions test">
      ${form({ action: `/sites/${encodeURIComponent(site)}/test`, token, children: testButton(name, test, whyNot) })}
      <span class="quiet">${testLine(test)}</span>
    </div>
    ${test?.state === 'done' && testedPart(test.found.findings)}
  </section>`;
}

function testButton(name: string, test: LatestExamination | undefined, whyNot: WhyNot): Html {
  const isRunning = test?.state === 'running' ? 'It is being tested.' : undefined;
  return button({
    label: html`Test the connection<span class="hidden"> to ${name}</span>`,
    whyNot: whyNot ?? isRunning,
  });
}

function testLine(test: LatestExamination | undefined): Html | string {
  if (test === undefined) return 'No test is known.';
  if (test.state === 'running') return html`Begun ${ago(test.sinceUtc)}; load the page again to see what was found.`;
  return html`Tested ${ago(test.atUtc)}.`;
}

function useOf({ isSource, isTarget }: SiteFacts): string {
  if (isSource && isTarget) return 'Source and target.';
  return isSource ? 'Source.' : 'Target.';
}
