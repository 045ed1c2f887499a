import { asRecord } from './app-content.ts';
import { type Call, created, readObject, type Route } from './http-call.ts';
import { kinds } from './kinds.ts';
import { query } from './query.ts';
import { badRequest } from './refusal.ts';
import { fullShape } from './shapes.ts';

/** `POST /app/table`: pages of columns over apps. Columns of type Property only; the others are empty. */
export const tableRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/app/table',
    async handle(call) {
      const body = await readObject(call);
      const columns = Array.isArray(body['columns']) ? body['columns'].map(asRecord) : [];
      const sign = call.query.get('orderascending')?.toLowerCase() === 'false' ? '-' : '+';
      const sortColumn = call.query.get('sortcolumn');
      const orderBy = sortColumn ? `${sign}${sortColumn}` : undefined;
      const found = query(call.site, kinds.App.name, call.query.get('filter') || undefined, orderBy);
      const skip = countOf(call, 'skip');
      const take = countOf(call, 'take');
      const page = found.slice(skip, take === 0 ? undefined : skip + take);
      return created({
        columnNames: columns.map((column) => column['name']),
        rows: page.map((record) => columns.map((column) => cellOf(fullShape(call.site, record), column))),
        id: call.site.random.guid(),
        schemaPath: 'Table',
      });
    },
  },
];

function countOf(call: Call, name: string): number {
  const text = call.query.get(name) || '0';
  if (!/^\d+$/u.test(text)) throw badRequest(`Invalid value for parameter ${name}`);
  return Number(text);
}

function cellOf(json: Record<string, unknown>, column: Record<string, unknown>): unknown {
  const isProperty = column['columnType'] === 'Property' || column['columnType'] === 1;
  const definition = column['definition'];
  if (!isProperty || typeof definition !== 'string') return null;
  let value: unknown = json;
  for (const segment of definition.split('.')) value = asRecord(value)[segment];
  return value ?? null;
}
