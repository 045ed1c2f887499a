import type { Finding } from '../problem.ts';
import type { ParsedConfig } from '../schema.ts';

/** What settings have against each other. A rule may rely on every setting being right for itself. */
export type Rule = (config: ParsedConfig) => Finding[];
