import type { ErrorEntry } from './waybill-error.ts';

export const mailErrors = {} as const satisfies Record<string, ErrorEntry>;
