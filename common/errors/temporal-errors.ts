import type { ErrorEntry } from './waybill-error.ts';

export const temporalErrors = {} as const satisfies Record<string, ErrorEntry>;
