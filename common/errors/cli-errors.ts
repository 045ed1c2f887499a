import type { ErrorEntry } from './waybill-error.ts';

export const cliErrors = {} as const satisfies Record<string, ErrorEntry>;
