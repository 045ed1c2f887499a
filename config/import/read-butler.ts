import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { waybillError } from '../../common/errors/catalogue.ts';
import { butlerTenant } from './butler-tenant.ts';
import { sourceText } from './source-text.ts';

const group = z.looseObject({});

/**
 * The values of a Butler configuration that has a part for Qlik Cloud. Safe to repeat.
 * @throws WAYBILL_IMPORT_UNREADABLE, WAYBILL_IMPORT_NOT_YAML, WAYBILL_IMPORT_NOT_BUTLER, WAYBILL_IMPORT_NO_CLOUD
 */
export async function readButler(file: string): Promise<unknown> {
  return butlerValues(await sourceText(file, 'any'), file);
}

/** As `readButler`, from text; `file` is only named in errors. */
export function butlerValues(text: string, file: string): unknown {
  const values = parsed(text, file);
  const outer = z.looseObject({ Butler: group }).safeParse(values);
  if (!outer.success) throw waybillError('WAYBILL_IMPORT_NOT_BUTLER', { file });
  const [, ...steps] = butlerTenant.split('.');
  const tenant = steps.reduce<unknown>((value, step) => group.safeParse(value).data?.[step], outer.data.Butler);
  if (!group.safeParse(tenant).success) throw waybillError('WAYBILL_IMPORT_NO_CLOUD', { file, key: butlerTenant });
  return values;
}

/** What the parser says quotes the file, where secrets stand: only the place and the kind of fault are told. */
function parsed(text: string, file: string): unknown {
  const counter = new LineCounter();
  const notYaml = (reason: string, cause?: unknown) =>
    waybillError('WAYBILL_IMPORT_NOT_YAML', { file, reason }, cause === undefined ? {} : { cause });
  try {
    const document = parseDocument(text, {
      lineCounter: counter,
      merge: true,
      prettyErrors: false,
      logLevel: 'error',
    });
    const [fault] = document.errors;
    if (fault === undefined) return document.toJS({ maxAliasCount: 100 });
    const { line, col } = counter.linePos(fault.pos[0]);
    throw notYaml(`line ${line}, column ${col}: ${fault.code.toLowerCase().replaceAll('_', ' ')}`);
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError)
      throw notYaml('it is nested too deeply, or refers to itself too often');
    throw error;
  }
}
