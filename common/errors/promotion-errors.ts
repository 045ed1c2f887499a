import type { ErrorEntry } from './waybill-error.ts';

export const promotionErrors = {} as const satisfies Record<string, ErrorEntry>;
