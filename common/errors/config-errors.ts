import type { ErrorEntry } from './waybill-error.ts';

export const configErrors = {} as const satisfies Record<string, ErrorEntry>;
