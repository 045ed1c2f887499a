import type { Config } from '../config/types.ts';
import { plain } from './plain.ts';

/** What becomes of the app on its source site once its promotion is done, by the settings. */
export function fateOfSource(config: Config, site: string, owner: string): string {
  const givenBack = `the app leaves its stream on ${site} and goes back to ${plain(owner)}`;
  const rule = config.sources[site]?.afterPromotion.unpublish ?? 'always';
  if (rule === 'always') return givenBack;
  const stays = `the app stays in its stream on ${site}, without its promotion properties`;
  return rule === 'never' ? stays : `${stays}; or, where they ask for it, ${givenBack}`;
}
