import { type Html, html } from '../../html/html.ts';
import { siteName } from '../../html/links.ts';
import type { Config } from '../../../config/types.ts';

/** The choices of a list of sites, `any site` first. */
export function siteOptions(config: Config, aliases: readonly string[], chosen: string | undefined): Html[] {
  return [
    html`<option value="">any site</option>`,
    ...aliases.map(
      (alias) => html`<option value=${alias} selected=${alias === chosen}>${siteName(config, alias)}</option>`,
    ),
  ];
}
