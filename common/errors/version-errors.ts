import type { ErrorEntry } from './waybill-error.ts';

export const versionErrors = {} as const satisfies Record<string, ErrorEntry>;
