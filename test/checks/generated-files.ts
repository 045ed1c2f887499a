import { configJsonSchema } from '../../config/json-schema.ts';
import { configReference } from '../../config/reference.ts';
import { errorsPage } from './errors-page.ts';

/** Files that are made from code, by path from the root of the repository. */
export const generatedFiles: Readonly<Record<string, () => string>> = {
  'docs/reference/configuration.md': configReference,
  'docs/reference/waybill.schema.json': () => `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'docs/errors.md': errorsPage,
};
