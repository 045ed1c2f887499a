import type { ErrorEntry } from './waybill-error.ts';

export const qrsErrors = {} as const satisfies Record<string, ErrorEntry>;
