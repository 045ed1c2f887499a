import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TemplateSource } from '../../../../activities/alerts/messages/alert.ts';

/** A template in the manner of Butler's. */
export function readTemplate(service: 'slack' | 'teams'): TemplateSource {
  const name = `${service}.handlebars`;
  return { name, text: readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8') };
}
