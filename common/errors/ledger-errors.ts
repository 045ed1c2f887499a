import type { ErrorEntry } from './waybill-error.ts';

export const ledgerErrors = {} as const satisfies Record<string, ErrorEntry>;
