import type { ErrorEntry } from './waybill-error.ts';

export const decisionErrors = {} as const satisfies Record<string, ErrorEntry>;
