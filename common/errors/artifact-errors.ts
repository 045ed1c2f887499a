import type { ErrorEntry } from './waybill-error.ts';

export const artifactErrors = {} as const satisfies Record<string, ErrorEntry>;
